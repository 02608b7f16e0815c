/**
 * The session's one truth: an append-only list of these. Everything else (the model's history, what people see,
 * usage, cost, the plan, what is pending) is a fold of it. A new event type needs an ADR.
 */
import * as z from 'zod';
import { Access, Effect, FileSeen } from './access.ts';
import { ApprovalMode, Destination, HeldRule, Offer, Rule } from './approvals.ts';
import { PlanItem, ToolDisplay, ToolTitle } from './display.ts';
import { AssistantMessage, Money, ToolDeclaration, Usage } from './message.ts';

/** Which backend a session talks to. Never holds a key. */
export const Backend = z.object({
  baseUrl: z.string(),
  model: z.string(),
  profile: z.string(),
  /** The scripted stand-in answers, not a model. Shown wherever the session is shown. */
  standIn: z.boolean(),
});
export type Backend = z.infer<typeof Backend>;

/** Something a person attached to a message: a file, a selection, a problem. */
export const ContextItem = z.object({ label: z.string(), text: z.string() });
export type ContextItem = z.infer<typeof ContextItem>;

/** A failure as people read it: what happened, what to do, and the button that does it. */
export const Failure = z.object({
  kind: z.string(),
  message: z.string(),
  hint: z.string(),
  action: z.enum(['retry', 'setKey', 'selectBackend', 'openSettings', 'newSession', 'showLog']).optional(),
});
export type Failure = z.infer<typeof Failure>;

export const TurnEnd = z.enum(['done', 'stopped', 'stepLimit', 'costLimit', 'stuck', 'failed', 'unanswered']);
export type TurnEnd = z.infer<typeof TurnEnd>;

const at = { seq: z.number().int().nonnegative(), /** Milliseconds since the epoch. */ at: z.number() };
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...at, ...shape });

export const SessionEvent = z.discriminatedUnion('type', [
  event('session.started', {
    version: z.literal(1),
    id: z.string(),
    roots: z.array(z.string()),
    backend: Backend,
    mode: ApprovalMode,
    /** Recorded, so that every request of the session starts with the same bytes (the prompt cache). */
    systemPrompt: z.string(),
    tools: z.array(ToolDeclaration),
  }),
  /** A later version of Ascent goes on with the log: what follows has its shapes (see docs/adr/0010). */
  event('session.upgraded', { version: z.number().int().positive() }),
  event('session.titled', { title: z.string() }),
  /** The person chose another approval mode or backend, from here on. */
  event('session.changed', { mode: ApprovalMode.optional(), backend: Backend.optional() }),

  /** `summary`: it does nothing but summarise what came before; a person asked for it. */
  event('turn.started', {
    turn: z.string(),
    maxSteps: z.number().int().positive(),
    summary: z.boolean().optional(),
  }),
  /** The turn was cut off by a crash or a closed window, and goes on from here. */
  event('turn.resumed', { turn: z.string() }),
  /** `steer`: sent while the turn ran; the model sees it from the next `step.started` on. */
  event('user.message', {
    turn: z.string(),
    text: z.string(),
    context: z.array(ContextItem),
    steer: z.boolean(),
    /** It waited in the queue under this id, and waits no more. */
    queued: z.string().optional(),
  }),
  event('step.started', { turn: z.string(), step: z.number().int().positive() }),
  /**
   * A request is about to go out and may cost this much: the prompt without any cache hit, and all of its output
   * budget. Holds until that step's message or payment, its next reservation, or the turn's end. Only for requests
   * with a known price.
   */
  event('request.reserved', {
    turn: z.string(),
    /** 0: before the turn's first step, for a summary. */
    step: z.number().int().nonnegative(),
    promptTokens: z.number(),
    outputTokens: z.number(),
    atMost: Money,
  }),
  /** Paid for and never seen: the answer had begun when it was voided, stopped, or lost in a crash. */
  event('request.paid', {
    turn: z.string(),
    step: z.number().int().nonnegative(),
    usage: Usage,
    cost: Money.optional(),
  }),
  event('assistant.message', {
    turn: z.string(),
    step: z.number().int().positive(),
    message: AssistantMessage,
    usage: Usage,
    cost: Money.optional(),
    contextWindow: z.number(),
    timing: z.object({
      /** From the request to the first token; milliseconds. */
      firstTokenMs: z.number(),
      thinkingMs: z.number(),
      totalMs: z.number(),
    }),
    /** The wire's key under which thinking came; absent where none came, or inline in the text. */
    reasoningKey: z.string().optional(),
  }),
  event('tool.planned', { callId: z.string(), title: ToolTitle, access: z.array(Access) }),
  event('approval.requested', {
    callId: z.string(),
    /** Minted by the host for this very call; an answer must bring it back. */
    nonce: z.string(),
    preview: ToolDisplay,
    reasons: z.array(z.string()),
    /** What could be granted for longer. Absent where only "once" is offered. */
    offers: z.array(Offer).optional(),
    /** An index into `offers`: the same was allowed once so often that a rule would save asking. */
    suggested: z.number().int().nonnegative().optional(),
  }),
  event('tool.decided', {
    callId: z.string(),
    verdict: z.enum(['allow', 'deny']),
    by: z.enum(['policy', 'mode', 'rule', 'person']),
    /** Why it was denied, in the person's or the policy's words. */
    reason: z.string().optional(),
    /** The rule that decided. */
    rule: HeldRule.optional(),
    /** What the person granted with their answer, and for how long; without `grantedFor` for the session. */
    grant: Rule.optional(),
    grantedFor: Destination.optional(),
  }),
  /** The person took back what they had granted for this session. */
  event('rule.removed', { id: z.string() }),
  /** Durable before the effect happens. */
  event('tool.intent', { callId: z.string(), effects: z.array(Effect) }),
  event('tool.result', {
    callId: z.string(),
    isError: z.boolean(),
    /** What the model reads. */
    content: z.string(),
    display: ToolDisplay.optional(),
    seen: z.array(FileSeen).optional(),
    durationMs: z.number(),
  }),
  /** The state of the workspace before a step's changes, or after a turn's last one. See docs/adr/0004. */
  event('checkpoint.taken', {
    /** A turn's id, or that of a restore. */
    turn: z.string(),
    /** The step within the turn; 0 for a restore. */
    step: z.number().int().nonnegative(),
    when: z.enum(['before', 'after']),
    roots: z.array(
      z.object({
        root: z.string(),
        /** Names the state in the root's private repository. */
        tree: z.string(),
        /** False: the first look at a large folder was not finished; only files the agent edits are in it. */
        whole: z.boolean(),
      }),
    ),
    /** How many files were found changed since the checkpoint before. */
    files: z.number(),
    durationMs: z.number(),
    /** For a restore: the step whose changes, and all later ones, it undoes; 0 when it undoes a restore. */
    undoes: z.number().optional(),
  }),
  event('question.asked', {
    callId: z.string(),
    nonce: z.string(),
    question: z.string(),
    options: z.array(z.string()),
  }),
  event('question.answered', { callId: z.string(), answer: z.string() }),
  event('plan.updated', { items: z.array(PlanItem) }),
  /** From here on the model reads one line in place of each earlier tool output; the newest reply's results stay. */
  event('context.trimmed', {
    /** How many results gave way. */
    results: z.number().int().positive(),
    /** About how many tokens that frees. */
    tokens: z.number(),
  }),
  /**
   * From here on the model reads, in place of all messages before the one of event `keepFrom`, what the person said, the
   * plan and the open problems word for word, and its own summary of the rest. See docs/adr/0008.
   */
  event('context.summarised', {
    turn: z.string(),
    step: z.number().int().nonnegative(),
    keepFrom: z.number().int().nonnegative(),
    summary: z.string(),
    /** Tokens that the person's words may take; what is over is cut, the longest messages first. */
    quoted: z.number(),
    /** How many messages gave way. */
    messages: z.number().int().positive(),
    /** About how many tokens that frees. */
    tokens: z.number(),
    usage: Usage,
    cost: Money.optional(),
  }),
  /** A person took the event `of` (`context.trimmed` or `context.summarised`) back: the model reads it all again. */
  event('context.restored', { of: z.number().int().nonnegative(), tokens: z.number() }),
  /** Waits for the end of the running turn, in the order of these. See docs/adr/0009. */
  event('queue.added', { id: z.string(), text: z.string(), context: z.array(ContextItem) }),
  event('queue.edited', { id: z.string(), text: z.string() }),
  event('queue.removed', { id: z.string() }),
  /** Something people should know that is not the model's doing: a repair, a retry, a gap in the log. */
  event('notice', { level: z.enum(['info', 'warning']), code: z.string(), text: z.string() }),
  event('turn.ended', { turn: z.string(), reason: TurnEnd, failure: Failure.optional() }),
]);
export type SessionEvent = z.infer<typeof SessionEvent>;
export type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

type Unstamped<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never;
/** An event before the log gives it its number and time. */
export type NewEvent = Unstamped<SessionEvent>;

/** Live-only happenings: shown, never stored, gone after a reload. */
export type LiveEvent =
  | { type: 'reasoning.delta'; text: string }
  | { type: 'text.delta'; text: string }
  /** A tool call is being written; `bytes` of its arguments so far. */
  | { type: 'call.delta'; index: number; name: string; bytes: number }
  /** Earlier work is being summarised to make room. */
  | { type: 'context.summarising' }
  /** What came of this step so far is void: the request is made again. */
  | { type: 'step.reset' }
  /** The request waits: `until` is milliseconds since the epoch, where the end can be told. */
  | { type: 'step.waiting'; reason: string; until?: number; attempt: number }
  | { type: 'tool.started'; callId: string }
  /** Live output of a running tool. */
  | { type: 'tool.output'; callId: string; text: string }
  | { type: 'meter'; tokensPerSecond: number };
