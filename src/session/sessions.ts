/** The sessions of one state directory: list, start, open. The editor and the command line share it. */

import type { Host } from '../host/host.ts';
import type { ModelClient } from '../model/client.ts';
import type { Answer, ApprovalMode, HeldRule } from '../protocol/approvals.ts';
import type { Backend, ContextItem, LiveEvent, SessionEvent } from '../protocol/events.ts';
import type { Money } from '../protocol/message.ts';
import type { Change, Transcript } from '../protocol/transcript.ts';
import type { SessionSummary } from '../protocol/view.ts';
import type { WasmName } from '../safety/commands/bashParser.ts';
import type { Restoring } from './checkpoints/restore.ts';
import type { StepRow } from './checkpoints/steps.ts';
import type { Holder, HolderKind } from './lock.ts';
import type { Queue } from './queue.ts';
import type { Room } from './room.ts';
import type { RuleStore } from './rules/ruleStore.ts';

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
  /** As what other processes see the holder of these sessions; a terminal when absent. */
  holder?: HolderKind;
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
  /** Set when another process holds the session: it is seen live, and cannot be written. Says who and since when. */
  readonly readOnly: string | undefined;
  /** Set with `readOnly`. */
  readonly held: Held | undefined;
  subscribe(listener: (update: SessionUpdate) => void): () => void;
  /** Starts a turn, or steers the one that runs. Resolves when the text is durable. Rejects empty text. */
  send(text: string, context?: ContextItem[]): Promise<void>;
  /** Goes on with a turn that a crash, a failure or a stop cut short. */
  resume(): Promise<void>;
  /** Ends the running turn: idle within a second, process tree gone. */
  stop(): Promise<void>;
  /** False when the nonce is not that of a pending approval (answered already, or never shown). */
  approve(callId: string, nonce: string, answer: Answer, reason?: string): boolean;
  answer(callId: string, nonce: string, text: string): boolean;
  /** Holds from the next decision on; what waits and needs no answer under it goes on, or is refused. */
  setMode(mode: ApprovalMode): Promise<void>;
  /** What people granted for this session. */
  readonly rules: { list(): readonly HeldRule[]; remove(id: string): Promise<void> };
  setBackend(backend: Backend): Promise<void>;
  rename(title: string): Promise<void>;
  /** Where a person can go back to. `restore` throws SessionError while a turn runs or another window writes. */
  readonly checkpoints: Restoring & { steps(): Promise<StepRow[]> };
  /** What waits for the end of the running turn. */
  readonly queue: Queue;
  /** Room in the model's context, as far as a person has a hand in it. */
  readonly room: Room;
  /** Resolves when the running turn has ended, and those that were queued behind it. */
  settled(): Promise<void>;
  /**
   * Another process wants the session: close it (the run is cut where it is durable, and goes on there), then open it
   * again to follow what happens. Also called when the lock was lost.
   */
  onWanted(listener: () => void): void;
  /** Drops the turn where it is, flushes, gives the lock back. A command that runs goes on, for the next opener. */
  close(): Promise<void>;
}

/** Of a session that another process holds. */
export interface Held {
  readonly by: Holder;
  /** Resolves when nobody else holds it any more, or this session was closed: opening it again tells. */
  readonly freed: Promise<void>;
  /**
   * Asks the holder for it, which closes it and keeps it free for this process. Resolves then. Throws SessionError
   * `locked` when the holder does not answer; nothing is ever taken from a process that lives.
   */
  handOver(): Promise<void>;
}

export interface Sessions {
  /** The rules that are kept beyond a session. */
  readonly rules: RuleStore;
  list(): Promise<SessionSummary[]>;
  start(options: StartOptions): Promise<Session>;
  /** Opens what is there (live and read-only when another process holds it). Throws SessionError when there is none. */
  open(id: string): Promise<Session>;
  /** Every recorded event, without opening the session for anything else. */
  read(id: string): Promise<SessionEvent[]>;
  /** What all sessions paid today, one entry a currency; requests under way count with the most they may cost. */
  spentToday(): Promise<Money[]>;
}
