/** The seams of one turn. The loop itself is `runTurn`. */

import type { Rule } from '../protocol/access.ts';
import type { ToolDisplay } from '../protocol/display.ts';
import type { LiveEvent, NewEvent } from '../protocol/events.ts';
import type { Message } from '../protocol/message.ts';

/** The session's memory as the loop sees it: what was emitted is already in it when `next` is called. */
export interface History {
  /** The messages of the next request. Text that people sent meanwhile joins here, and only here. */
  next(): Promise<readonly Message[]>;
}

export interface ApprovalRequest {
  callId: string;
  preview: ToolDisplay;
  reasons: string[];
  offer?: { rule: Rule; label: string };
}
export type ApprovalAnswer = { answer: 'once' | 'session' } | { answer: 'deny'; reason?: string };

/** Whoever may say yes. Both throw `Unanswered` when nobody is there to answer. */
export interface People {
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer>;
  ask(callId: string, question: string, options: string[], signal: AbortSignal): Promise<string>;
}

/** Nobody can answer (a command line without a terminal): the turn ends, nothing was done. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/**
 * The loop's only way out. Recorded events resolve when they are as durable as their kind asks for (intent, result
 * and message: on disk); live events are shown and forgotten.
 */
export interface Emit {
  (event: NewEvent): Promise<void>;
  live(event: LiveEvent): void;
}
