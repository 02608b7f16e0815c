/** What one turn needs from outside, and the only way out of it. */
import type { ModelClient } from '../model/client.ts';
import type { Access } from '../protocol/access.ts';
import type { Offer } from '../protocol/approvals.ts';
import type { ToolDisplay, ToolTitle } from '../protocol/display.ts';
import type { LiveEvent, NewEvent } from '../protocol/events.ts';
import type { Message, ToolCall, ToolDeclaration } from '../protocol/message.ts';
import type { Decision } from '../safety/policy.ts';
import type { Begun, Tool } from '../tools/tool.ts';
import type { LoopGuard } from './loopGuard.ts';

export interface TurnInput {
  turn: {
    id: string;
    sessionId: string;
    /** Steps this turn has taken already; more than 0 when it goes on after a crash. */
    step: number;
    maxSteps: number;
  };
  history: History;
  /** Has seen all that was emitted, as the history has. */
  guard: Pick<LoopGuard, 'remark' | 'stuck'>;
  model: ModelClient;
  tools: Toolbox;
  /**
   * The policy under the mode and rules that hold at this moment. `edited`: files that calls before this one will have
   * changed when its turn comes.
   */
  decide(access: readonly Access[], edited?: readonly string[]): Promise<Decision>;
  /** Keeps what the person granted. False when it could not be kept; people are told. */
  keep(offer: Offer): Promise<boolean>;
  /** What was about to happen for a call that was cut off before its result was recorded. */
  begun(callId: string): Begun | undefined;
  people: People;
  emit: Emit;
  /** Aborted with `StoppedByPerson` the turn ends tidily; with anything else it is dropped where it is. */
  signal: AbortSignal;
}

/**
 * The session's memory as the loop sees it: what was emitted is in it as soon as `emit` resolves. The loop keeps no
 * state of its own, so going on after a crash and going on with the next step are the same thing.
 */
export interface History {
  /** What the model reads, with the results of all answered calls. Grows at its end only, but at a `context.*` event. */
  messages(): readonly Message[];
  /** What the backend counted last: so many tokens for so many messages. Undefined when it counted other messages. */
  counted(): { messages: number; tokens: number } | undefined;
  /** Calls of the newest assistant message that have no result yet, in order. */
  openCalls(): readonly ToolCall[];
  /** People sent text that the model has not seen. It joins `messages` with the next `step.started`, and only there. */
  steered(): boolean;
  /** Where a summary of all that stands before could end, the oldest first. */
  cuts(): readonly Cut[];
  /** A person took the last making of room back: the window is used to its end before room is made again. */
  roomTakenBack(): boolean;
}

export interface Cut {
  /** The place in `messages` of what stays first. */
  at: number;
  /** The number of the event that brought it. */
  seq: number;
  /** It begins a turn; else it is a reply in the middle of one. */
  border: boolean;
}

export interface Toolbox {
  readonly declarations: readonly ToolDeclaration[];
  get(name: string): Tool | undefined;
}

export interface ApprovalRequest {
  callId: string;
  title: ToolTitle;
  preview: ToolDisplay;
  reasons: string[];
  offers: Offer[];
}
export type ApprovalAnswer =
  | { answer: 'once' }
  | { answer: 'rule'; offer: Offer }
  | { answer: 'deny'; reason?: string }
  /** Nobody answered: a change of the mode or the rules did. */
  | { answer: 'decided'; decision: Decision };

/** Whoever may say yes. Both throw `Unanswered` when nobody is there to answer. */
export interface People {
  /** `again` decides anew, for when the mode or the rules change while the question waits. */
  approve(
    request: ApprovalRequest,
    signal: AbortSignal,
    again: () => Promise<Decision>,
  ): Promise<ApprovalAnswer>;
  /** The mode or the rules have changed: what waits and needs no answer any more goes on. */
  reconsider(): void;
  ask(callId: string, question: string, options: string[], signal: AbortSignal): Promise<string>;
}

/** Nobody can answer (a command line without a terminal): the turn ends, nothing was done. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** The person pressed Stop. */
export class StoppedByPerson extends Error {
  override readonly name = 'StoppedByPerson';
  constructor() {
    super('Stopped by the person.');
  }
}

/**
 * Recorded events resolve when they are as durable as their kind asks for (intent, result and message: on disk);
 * live events are shown and forgotten.
 */
export interface Emit {
  (event: NewEvent): Promise<void>;
  live(event: LiveEvent): void;
}
