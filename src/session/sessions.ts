/** The sessions of one state directory: list, start, open. The editor and the command line share it. */

import type { Host } from '../host/host.ts';
import type { ModelClient } from '../model/client.ts';
import type { ApprovalMode } from '../protocol/access.ts';
import type { Backend, ContextItem, LiveEvent, SessionEvent } from '../protocol/events.ts';
import type { Change, Transcript } from '../protocol/transcript.ts';
import type { SessionSummary } from '../protocol/view.ts';
import type { WasmName } from '../safety/commands/bashParser.ts';
import type { Restoring } from './checkpoints/restore.ts';
import type { StepRow } from './checkpoints/steps.ts';

export interface Limits {
  maxSteps: number;
  /**
   * What a session may cost, one turn of it, and all sessions of a local day. In the currency of the backend's
   * prices; what was paid in another currency is not counted. Undefined: no limit.
   */
  maxCost: number | undefined;
  maxCostPerTurn: number | undefined;
  maxCostPerDay: number | undefined;
}

export interface SessionsOptions {
  host: Host;
  /** Holds `sessions/<id>/`. */
  stateDir: string;
  /** Makes the client for a backend: the caller knows keys and the stand-in. Throws ModelError. */
  connect(backend: Backend): Promise<ModelClient>;
  /** The bytes of a grammar that command analysis needs, by file name. */
  loadWasm(name: WasmName): Promise<Uint8Array>;
  now(): number;
  /** Instructions of the workspace (AGENTS.md), already judged to be trusted. */
  instructions(): Promise<string | undefined>;
  /** Asked again before each request: a limit that is raised or lowered while a turn runs holds for its next one. */
  limits(): Limits;
  /** False when nobody can answer questions (a command line without a terminal): a turn that asks ends. */
  attended: boolean;
}

export interface StartOptions {
  backend: Backend;
  mode: ApprovalMode;
}

/** What a subscriber hears: a recorded event together with what it changed, or something live. */
export type SessionUpdate = { event: SessionEvent; change: Change } | { live: LiveEvent };

export interface Session {
  readonly id: string;
  readonly transcript: Transcript;
  /** Live events of the step that runs now: what a redrawn view needs to go on. */
  readonly live: readonly LiveEvent[];
  readonly running: boolean;
  /** A crash or a closed window cut the last turn off: `resume` goes on with it. */
  readonly interrupted: boolean;
  /** Set when another window holds the session: it can be read, not written. */
  readonly readOnly: string | undefined;
  subscribe(listener: (update: SessionUpdate) => void): () => void;
  /** Starts a turn, or steers the one that runs. Resolves when the text is durable. Rejects empty text. */
  send(text: string, context?: ContextItem[]): Promise<void>;
  /** Goes on with a turn that a crash, a failure or a stop cut short. */
  resume(): Promise<void>;
  /** Ends the running turn: idle within a second, process tree gone. */
  stop(): Promise<void>;
  /** False when the nonce is not that of a pending approval (answered already, or never shown). */
  approve(callId: string, nonce: string, answer: 'once' | 'session' | 'deny', reason?: string): boolean;
  answer(callId: string, nonce: string, text: string): boolean;
  setMode(mode: ApprovalMode): Promise<void>;
  setBackend(backend: Backend): Promise<void>;
  rename(title: string): Promise<void>;
  /** Where a person can go back to. `restore` throws SessionError while a turn runs or another window writes. */
  readonly checkpoints: Restoring & { steps(): Promise<StepRow[]> };
  /** Resolves when the running turn has ended. */
  settled(): Promise<void>;
  /** Ends what runs, flushes, gives the lock back. */
  close(): Promise<void>;
}

export interface Sessions {
  list(): Promise<SessionSummary[]>;
  start(options: StartOptions): Promise<Session>;
  /** Opens what is there (read-only when another process holds it). Throws SessionError when there is none. */
  open(id: string): Promise<Session>;
  /** Every recorded event, without opening the session for anything else. */
  read(id: string): Promise<SessionEvent[]>;
}
