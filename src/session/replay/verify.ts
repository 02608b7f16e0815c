/**
 * Runs the loop again on what a session's model, tools and people said, and compares each event it produces with the
 * recorded one. Real: `runTurn` with all it calls, the history and all other folds, the loop guard, the context rule, the
 * tools' schemas, how people are asked. Recorded: replies, results, decisions, answers, and when what happened.
 *
 * Nothing is touched and nothing waits for time: when no part can move, the log is at odds with the loop.
 */
import type { SessionEvent } from '../../protocol/events.ts';
import type { Comparison } from './compare.ts';
import { type Difference, missing } from './difference.ts';
import { settle } from './ends.ts';
import { recordedModel } from './recordedModel.ts';
import { runAgain } from './runAgain.ts';
import { isLoop, Tape } from './tape.ts';

export interface Verdict {
  /** The first difference; undefined: the loop does now what it did then. */
  difference: Difference | undefined;
  /** Events that were compared, and requests that were made. */
  compared: number;
  requests: number;
  /** The log ends within a turn: it was cut off there, or still runs. */
  open: boolean;
}

export async function verifySession(events: readonly SessionEvent[]): Promise<Verdict> {
  const tape = new Tape(events);
  const found: Comparison = { difference: undefined, compared: 0 };
  const model = recordedModel(tape, index => {
    found.difference ??= {
      seq: tape.next?.seq,
      kind: 'prefix',
      text: `The request before event ${tape.next?.seq ?? 'the end'} does not begin with the request before it: message ${index} is another, and no event says so.`,
    };
  });
  let open = false;

  tape.skipOutside(true);
  while (tape.next && !found.difference) {
    const e = tape.next;
    tape.take();
    if (e.type === 'turn.resumed') settle(tape);
    if (e.type === 'turn.started' || e.type === 'turn.resumed') open = !(await runAgain(tape, model, found));
    else if (isLoop(e)) found.difference ??= missing(e, undefined, 'no turn is running');
    tape.skipOutside(true);
  }
  return { ...found, requests: model.requests, open };
}
