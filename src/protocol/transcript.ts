/**
 * The one fold from events to what people see. The chat view, the command line and replays all draw this; nothing
 * else turns events into something visible.
 *
 * `applyEvent` changes the transcript in place (a 300-step session costs the same at its end as at its start), but
 * never changes an item: a changed item is a new object, so a view can compare by identity.
 */
import type { ApprovalMode, Rule } from './access.ts';
import type { PlanItem, ToolDisplay, ToolTitle } from './display.ts';
import type { Backend, ContextItem, EventOf, Failure, SessionEvent, TurnEnd } from './events.ts';
import { addMoney, addUsage } from './ledger.ts';
import type { Money, Usage } from './message.ts';
import { foldNotice } from './notices.ts';

export type TranscriptItem =
  | { id: string; kind: 'user'; text: string; context: ContextItem[]; steer: boolean; at: number }
  | { id: string; kind: 'thinking'; text: string; durationMs: number; step: number }
  | { id: string; kind: 'answer'; text: string; step: number }
  | ToolItem
  | NoticeItem
  | { id: string; kind: 'end'; reason: TurnEnd; failure?: Failure; steps: number; durationMs: number };

export interface NoticeItem {
  id: string;
  kind: 'notice';
  level: 'info' | 'warning';
  code: string;
  text: string;
  /** How often it was said in this turn; absent for once. */
  times?: number;
}

export interface ToolItem {
  id: string;
  kind: 'tool';
  callId: string;
  /** The tool's name as the model called it. */
  name: string;
  step: number;
  title: ToolTitle;
  state: 'waiting' | 'approval' | 'running' | 'done' | 'failed' | 'denied';
  display?: ToolDisplay;
  /** For a failed or denied call: what the model was told. */
  message?: string;
  durationMs?: number;
}

export interface PendingApproval {
  kind: 'approval';
  callId: string;
  nonce: string;
  title: ToolTitle;
  preview: ToolDisplay;
  reasons: string[];
  /** The label of what "for this session" would grant. */
  offer?: { rule: Rule; label: string };
}
export interface PendingQuestion {
  kind: 'question';
  callId: string;
  nonce: string;
  question: string;
  options: string[];
}
export type Pending = PendingApproval | PendingQuestion;

export type SessionStatus = 'idle' | 'running' | 'waiting' | 'stopped' | 'failed';

/** Everything about the session that is not an item of its timeline. Small: it is sent whole when it changes. */
export interface SessionHead {
  id: string;
  title: string;
  roots: string[];
  backend: Backend;
  mode: ApprovalMode;
  status: SessionStatus;
  /** The running (or last) turn: when it began, milliseconds since the epoch. */
  turnStartedAt: number;
  step: number;
  maxSteps: number;
  plan: PlanItem[];
  pending: Pending[];
  /** Input plus output of the last model call: what the window holds now. */
  contextTokens: number;
  contextWindow: number;
  /** All requests, those that nobody saw an answer of included. */
  total: Usage;
  /** One entry per currency that was paid in, here and below. */
  cost: Money[];
  /** The part of `cost` that the running (or last) turn brought. */
  turnCost: Money[];
  /** The part of `cost` that was paid for answers nobody saw, and how many requests that were. */
  unseen: { requests: number; cost: Money[] };
}

export interface Transcript {
  head: SessionHead;
  items: TranscriptItem[];
  /** Where each tool call's item stands in `items`. */
  calls: Map<string, number>;
  /** Where each notice of the running turn stands in `items`, by its text. */
  notices: Map<string, number>;
}

/** What one event changed: the items (in order) and whether the head did. */
export interface Change {
  items: TranscriptItem[];
  head: boolean;
}

export function emptyTranscript(): Transcript {
  return {
    head: {
      id: '',
      title: '',
      roots: [],
      backend: { baseUrl: '', model: '', profile: '', standIn: false },
      mode: 'ask',
      status: 'idle',
      turnStartedAt: 0,
      step: 0,
      maxSteps: 0,
      plan: [],
      pending: [],
      contextTokens: 0,
      contextWindow: 0,
      total: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
      cost: [],
      turnCost: [],
      unseen: { requests: 0, cost: [] },
    },
    items: [],
    calls: new Map(),
    notices: new Map(),
  };
}

/** Folds one event in, and says what it changed. Events of unknown type (from a later version) change nothing. */
export function applyEvent(t: Transcript, e: SessionEvent): Change {
  const items: TranscriptItem[] = [];
  const add = (item: TranscriptItem) => {
    t.items.push(item);
    items.push(item);
  };
  const updateTool = (callId: string, change: Partial<ToolItem>) => {
    const index = t.calls.get(callId);
    const item = index === undefined ? undefined : t.items[index];
    if (index === undefined || item?.kind !== 'tool') return;
    const next = { ...item, ...change };
    t.items[index] = next;
    items.push(next);
  };
  const head = (change: Partial<SessionHead>): Change => {
    t.head = { ...t.head, ...change };
    return { items, head: true };
  };
  const unpend = (callId: string) => t.head.pending.filter(p => p.callId !== callId);
  const statusWith = (pending: Pending[]): SessionStatus => (pending.length ? 'waiting' : 'running');

  switch (e.type) {
    case 'session.started':
      return head({ id: e.id, roots: e.roots, backend: e.backend, mode: e.mode });
    case 'session.titled':
      return head({ title: e.title });
    case 'session.changed':
      return head({ mode: e.mode ?? t.head.mode, backend: e.backend ?? t.head.backend });
    case 'turn.started':
      t.notices.clear();
      return head({
        status: 'running',
        turnStartedAt: e.at,
        step: 0,
        maxSteps: e.maxSteps,
        pending: [],
        turnCost: [],
      });
    case 'turn.resumed':
      return head({ status: 'running', pending: [] });
    case 'user.message':
      add({ id: `e${e.seq}`, kind: 'user', text: e.text, context: e.context, steer: e.steer, at: e.at });
      return { items, head: false };
    case 'step.started':
      return head({ step: e.step });
    case 'assistant.message':
      addReply(t, e, add);
      return head({
        contextTokens: e.usage.promptTokens + e.usage.completionTokens,
        contextWindow: e.contextWindow,
        ...spent(t.head, e),
      });
    case 'request.reserved':
      return { items, head: false };
    case 'request.paid': {
      const { requests, cost } = t.head.unseen;
      return head({ ...spent(t.head, e), unseen: { requests: requests + 1, cost: addMoney(cost, e.cost) } });
    }
    case 'tool.planned':
      updateTool(e.callId, { title: e.title });
      return { items, head: false };
    case 'approval.requested': {
      updateTool(e.callId, { state: 'approval', display: e.preview });
      const title = toolOf(t, e.callId)?.title ?? plainTitle(e.callId);
      const { callId, nonce, preview, reasons, offer } = e;
      const pending: Pending[] = [
        ...unpend(callId),
        { kind: 'approval', callId, nonce, title, preview, reasons, offer },
      ];
      return head({ pending, status: 'waiting' });
    }
    case 'tool.decided': {
      updateTool(
        e.callId,
        e.verdict === 'allow' ? { state: 'running' } : { state: 'denied', message: e.reason },
      );
      const pending = unpend(e.callId);
      return head({ pending, status: statusWith(pending) });
    }
    case 'tool.intent':
      return { items, head: false };
    case 'tool.result': {
      const before = toolOf(t, e.callId);
      const state = before?.state === 'denied' ? 'denied' : e.isError ? 'failed' : 'done';
      updateTool(e.callId, {
        state,
        display: e.display ?? before?.display,
        message: e.isError ? (before?.message ?? e.content) : undefined,
        durationMs: e.durationMs,
      });
      if (!t.head.pending.some(p => p.callId === e.callId)) return { items, head: false };
      const pending = unpend(e.callId);
      return head({ pending, status: statusWith(pending) });
    }
    case 'question.asked': {
      const { callId, nonce, question, options } = e;
      updateTool(callId, { display: { kind: 'question', question, options } });
      return head({
        pending: [...unpend(callId), { kind: 'question', callId, nonce, question, options }],
        status: 'waiting',
      });
    }
    case 'question.answered': {
      const shown = toolOf(t, e.callId)?.display;
      if (shown?.kind === 'question') updateTool(e.callId, { display: { ...shown, answer: e.answer } });
      const pending = unpend(e.callId);
      return head({ pending, status: statusWith(pending) });
    }
    case 'plan.updated':
      return head({ plan: e.items });
    case 'notice':
      return { items: [foldNotice(t, e)], head: false };
    case 'context.trimmed': {
      const what = e.results === 1 ? '1 earlier tool output' : `${e.results} earlier tool outputs`;
      const text = `Made room in the context: ${what} set aside (about ${e.tokens.toLocaleString('en')} tokens).`;
      add({ id: `e${e.seq}`, kind: 'notice', level: 'info', code: 'context', text });
      return { items, head: false };
    }
    case 'turn.ended': {
      const { reason, failure } = e;
      const durationMs = e.at - t.head.turnStartedAt;
      add({ id: `e${e.seq}`, kind: 'end', reason, failure, steps: t.head.step, durationMs });
      const status = reason === 'failed' ? 'failed' : reason === 'done' ? 'idle' : 'stopped';
      return head({ status, pending: [] });
    }
    default:
      return { items, head: false };
  }
}

function addReply(t: Transcript, e: EventOf<'assistant.message'>, add: (item: TranscriptItem) => void): void {
  const { message, step } = e;
  if (message.reasoning?.trim()) {
    const durationMs = e.timing.thinkingMs;
    add({ id: `e${e.seq}r`, kind: 'thinking', text: message.reasoning, durationMs, step });
  }
  if (message.text.trim()) add({ id: `e${e.seq}t`, kind: 'answer', text: message.text, step });
  for (const call of message.toolCalls) {
    t.calls.set(call.id, t.items.length);
    const title = plainTitle(call.name);
    add({ id: call.id, kind: 'tool', callId: call.id, name: call.name, step, title, state: 'waiting' });
  }
}

/** A title for a call nobody has planned yet. */
function plainTitle(name: string): ToolTitle {
  return { ask: 'Call', busy: 'Calling', done: 'Called', object: name };
}

function toolOf(t: Transcript, callId: string): ToolItem | undefined {
  const item = t.items[t.calls.get(callId) ?? -1];
  return item?.kind === 'tool' ? item : undefined;
}

function spent(head: SessionHead, { usage, cost }: { usage: Usage; cost?: Money }): Partial<SessionHead> {
  return {
    total: addUsage(head.total, usage),
    cost: addMoney(head.cost, cost),
    turnCost: addMoney(head.turnCost, cost),
  };
}
