/**
 * The one fold from events to what people see. The chat view, the command line and replays all draw this; nothing
 * else turns events into something visible.
 *
 * `applyEvent` changes the transcript in place (a 300-step session costs the same at its end as at its start), but
 * never changes an item: a changed item is a new object, so a view can compare by identity.
 */
import type { ApprovalMode, Offer } from './approvals.ts';
import type { PlanItem, ToolDisplay, ToolTitle } from './display.ts';
import type { Backend, ContextItem, Failure, SessionEvent, TurnEnd } from './events.ts';
import { callFolds } from './folds/calls.ts';
import { contextFolds } from './folds/context.ts';
import { type Change, type Fold, type Folds, foldInto } from './folds/fold.ts';
import { queueFolds } from './folds/queue.ts';
import { replyFolds } from './folds/replies.ts';
import { turnFolds } from './folds/turns.ts';
import type { Money, Usage } from './message.ts';

export type { Change } from './folds/fold.ts';

export type TranscriptItem =
  | { id: string; kind: 'user'; text: string; context: ContextItem[]; steer: boolean; at: number }
  | { id: string; kind: 'thinking'; text: string; durationMs: number; step: number }
  | { id: string; kind: 'answer'; text: string; step: number }
  | ToolItem
  | NoticeItem
  | RoomItem
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

/** Room was made in the model's context. */
export interface RoomItem {
  id: string;
  kind: 'room';
  /** The number of its event: what is taken back by it. */
  seq: number;
  /** How many tool outputs were set aside; or how many messages gave way, and the summary in their place. */
  made: { how: 'outputs'; results: number } | { how: 'summary'; messages: number; summary: string };
  /** About how many tokens that freed. */
  tokens: number;
  /** `newest`: the one that can be taken back now. */
  state: 'stands' | 'newest' | 'takenBack';
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
  /** What could be granted for longer than once. */
  offers: Offer[];
  /** An index into `offers`: the same was allowed once, again and again. */
  suggested?: number;
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

/** Sent while a turn ran, to be read after it. */
export interface QueuedMessage {
  id: string;
  text: string;
  context: ContextItem[];
}

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
  /** In the order in which they are sent. They wait while no turn runs. */
  queue: QueuedMessage[];
  /** Input plus output of the last model call: what the window holds now. */
  contextTokens: number;
  contextWindow: number;
  /** All requests, those that nobody saw an answer of included. */
  total: Usage;
  /** One entry per currency that was paid in, here and below. */
  cost: Money[];
  /** The part of `cost` that the running (or last) turn brought. */
  turnCost: Money[];
  /** What each of the last requests cost, the newest last; tokens in and out where no price is known. */
  recent: { unit: Money['currency'] | 'tokens'; values: number[] };
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
  /** Where the makings of room stand in `items` that were not taken back, the newest last. */
  room: number[];
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
      queue: [],
      contextTokens: 0,
      contextWindow: 0,
      total: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
      cost: [],
      turnCost: [],
      recent: { unit: 'tokens', values: [] },
      unseen: { requests: 0, cost: [] },
    },
    items: [],
    calls: new Map(),
    notices: new Map(),
    room: [],
  };
}

/** The cases, a file a subject; no two files have one for the same event. */
const folds: Folds = { ...turnFolds, ...replyFolds, ...callFolds, ...contextFolds, ...queueFolds };

/**
 * Folds one event in, and says what it changed. Events without a case (those that show nothing, those of a later
 * version) change nothing.
 */
export function applyEvent(t: Transcript, e: SessionEvent): Change {
  const into = foldInto(t);
  const fold = Object.hasOwn(folds, e.type) ? folds[e.type] : undefined;
  (fold as ((f: Fold, e: SessionEvent) => void) | undefined)?.(into, e);
  return into.change;
}
