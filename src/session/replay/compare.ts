/** What the loop records while it runs again, held against what the log says comes next. */
import { setImmediate as macrotask } from 'node:timers/promises';
import { StoppedByPerson } from '../../agent/seams.ts';
import type { NewEvent } from '../../protocol/events.ts';
import { type Difference, differenceOf } from './difference.ts';
import { hasMovedOn, isResumed } from './ends.ts';
import type { Tape } from './tape.ts';

/** What came of it so far. */
export interface Comparison {
  difference: Difference | undefined;
  /** Events that were the same. */
  compared: number;
}

export interface Comparer {
  /** Resolves when the log has the event too; never, when it does not. */
  record(event: NewEvent): Promise<void>;
  /** An event that the loop wants to record, and that the log has not reached. */
  held(): NewEvent | undefined;
}

/** Both are told of an event that is in the log as well: before the tape moves on, and after. */
export interface Hooks {
  same(event: NewEvent): void;
  taken(): void;
}

export function createComparer(
  tape: Tape,
  found: Comparison,
  signal: AbortSignal,
  { same, taken }: Hooks,
): Comparer {
  const held = new Set<NewEvent>();
  const never = new Promise<never>(() => {});

  /** Calls that overlap may record in any order: one waits for the other, as it did then. */
  const isElsewhere = (event: NewEvent) => {
    const { next, state } = tape;
    if (!('callId' in event) || !next || !('callId' in next)) return false;
    return next.callId !== event.callId && state.history.openCalls().some(call => call.id === next.callId);
  };

  return {
    async record(event) {
      if (found.difference || isCut(signal)) return never;
      if (isElsewhere(event)) {
        held.add(event);
        await tape.until(() => (isElsewhere(event) ? undefined : true), neverAborted);
        held.delete(event);
      }
      // The log ends, or a crash is to come: both kept this from being recorded.
      if (!tape.next || isResumed(tape.next) || hasMovedOn(tape.next, tape)) return never;
      found.difference ??= differenceOf(tape.next, event);
      if (found.difference) return never;
      same(event);
      found.compared++;
      tape.take();
      taken();
    },
    held: () => [...held][0],
  };
}

const neverAborted = new AbortController().signal;
const isCut = (signal: AbortSignal) => signal.aborted && !(signal.reason instanceof StoppedByPerson);

/** Turns without progress after which nothing will move any more. */
const STANDSTILL = 3;

/** Resolves when nothing moves any more, or `isOver`. */
export async function standstill(tape: Tape, isOver: () => boolean): Promise<void> {
  for (let still = 0; still < STANDSTILL && !isOver(); ) {
    const before = tape.progress;
    await macrotask();
    still = tape.progress === before ? still + 1 : 0;
  }
}
