/**
 * The one seam between the agent and any K2 backend. Dialects, retries, repairs and the SDK live behind it; in
 * front of it there are messages, deltas and one kind of error.
 */
import type { AssistantMessage, Message, Money, ToolDeclaration, Usage } from '../protocol/message.ts';

export interface ModelRequest {
  messages: readonly Message[];
  tools: readonly ToolDeclaration[];
  /** Stable for the life of a session; sent as `prompt_cache_key` where the profile knows it. */
  sessionId: string;
  /** Ids of all calls that the session has had, also of those that left `messages`: no reply brings one of them again. */
  callIds?: Iterable<string>;
  /** Awaited before the request goes out, each time that it does; what it throws ends the stream. */
  mayAsk?(price: AskingPrice): Promise<void>;
}

/** What a request that is about to go out may cost. */
export interface AskingPrice {
  /** Tokens, as estimated. */
  promptTokens: number;
  /** Tokens: the output budget that is asked for. */
  outputTokens: number;
  /** No input from the cache, all of the budget used. Absent when no price is known. */
  atMost?: Money;
}

export type Finish = 'stop' | 'length' | 'toolCalls' | 'other';

/** What one reply amounts to. The last delta of every stream that did not throw. */
export interface ModelReply {
  type: 'reply';
  message: AssistantMessage;
  finish: Finish;
  usage: Usage;
  /** What this call cost, when the profile's price table knows the model. */
  cost?: Money;
  timing: { firstTokenMs: number; thinkingMs: number; totalMs: number };
  /** Repairs that the wire needed, in words for people; empty when all was well. */
  repairs: string[];
  /** The wire's key under which thinking came, where it had one. */
  reasoningKey?: string | undefined;
}

export type ModelDelta =
  | { type: 'reasoning'; text: string }
  | { type: 'text'; text: string }
  /** A fragment of a call being written: for showing only, never for running. */
  | { type: 'call'; index: number; name: string; bytes: number }
  /** All deltas so far are void: the request goes out again after `delayMs`. */
  | { type: 'retry'; error: ModelError; attempt: number; delayMs: number }
  /** The request has not gone out yet: others of this account are before it, or the host's limits. */
  | { type: 'waiting'; reason: string; delayMs?: number }
  /** Paid for an answer that comes to nothing: a `retry` or the stream's end in an error follows. Never void. */
  | { type: 'unseen'; usage: Usage; cost?: Money }
  | ModelReply;

/** Facts about the model behind a backend, read from it where it tells, else from the profile. */
export interface ModelInfo {
  id: string;
  /** Tokens. */
  contextWindow: number;
  /** What the backend lists, where it lists models and this is none of them. It may be served all the same. */
  instead?: readonly string[];
}

export interface ModelClient {
  /** Cheap after the first call. Throws ModelError. */
  info(signal: AbortSignal): Promise<ModelInfo>;
  /**
   * One reply. Aborting `signal` closes the socket (K2 backends have no other cancel) and throws the signal's
   * reason; every other failure is a ModelError.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelDelta>;
}

export type ModelErrorKind =
  | 'auth'
  | 'rateLimit'
  | 'overloaded'
  | 'quota'
  | 'contextOverflow'
  | 'network'
  | 'stalled'
  | 'server'
  | 'badRequest'
  | 'unknownModel'
  | 'empty';

export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelErrorKind;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** How long the backend asks to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ModelErrorKind,
    message: string,
    more: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }
}
