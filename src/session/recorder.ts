/** Append, fold, tell: the one way by which something happens in an open session. */
import type { LiveEvent, NewEvent, SessionEvent } from '../protocol/events.ts';
import { addLive, afterRecorded } from './live.ts';
import type { SessionUpdate } from './sessions.ts';
import type { SessionState } from './state.ts';

/** What a session needs to write its log. */
export interface Writer {
  append(event: NewEvent, durability: 'buffered' | 'synced'): Promise<SessionEvent>;
  close(): Promise<void>;
}

/**
 * Kinds whose loss nobody would notice after a power loss: the next synced one carries them to disk. A decision is
 * nothing without the intent or the result that follows.
 */
const BUFFERED: ReadonlySet<NewEvent['type']> = new Set([
  'step.started',
  'request.reserved',
  'tool.planned',
  'tool.decided',
  'checkpoint.taken',
  'notice',
]);

/** A call that changed nothing is simply made again; what the model said to its result is synced after it. */
const mayWait = (event: NewEvent, state: SessionState) =>
  BUFFERED.has(event.type) || (event.type === 'tool.result' && !state.intents.has(event.callId));

export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder(state: SessionState, writer: Pick<Writer, 'append'>) {
  const listeners = new Set<(update: SessionUpdate) => void>();
  let live: LiveEvent[] = [];
  /** The folds must see events in the log's order, though some are on disk sooner than others. */
  let folded: Promise<unknown> = Promise.resolve();

  const tell = (update: SessionUpdate) => {
    for (const listener of listeners) {
      try {
        listener(update);
      } catch {
        // A view that breaks must not end the turn; it reports itself.
      }
    }
  };
  const fold = (event: SessionEvent) => {
    const change = state.apply(event);
    live = afterRecorded(live, event);
    tell({ event, change });
  };

  /** Resolves when it is as durable as its kind asks for, and in the folds. */
  const record = (event: NewEvent): Promise<void> => {
    const appended = writer.append(event, mayWait(event, state) ? 'buffered' : 'synced');
    const done = Promise.all([appended, folded]).then(([stamped]) => fold(stamped));
    folded = done.catch(() => {});
    return done;
  };

  return {
    record,
    async recordAll(events: readonly NewEvent[]): Promise<void> {
      for (const event of events) await record(event);
    },
    /** Folds and tells something that stands in the log already, or cannot be written to it any more. */
    fold,
    /** Shown, never stored. */
    show(event: LiveEvent): void {
      live = addLive(live, event);
      tell({ live: event });
    },
    get live(): readonly LiveEvent[] {
      return live;
    },
    subscribe(listener: (update: SessionUpdate) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Nobody is told anything any more. */
    close: () => listeners.clear(),
  };
}
