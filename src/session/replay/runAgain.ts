/** One run of the loop, with a tape in the place of everybody it talks to. */
import { runTurn } from '../../agent/runTurn.ts';
import { type Emit, StoppedByPerson, type TurnInput } from '../../agent/seams.ts';
import { summaryTurn } from '../../agent/summarise.ts';
import { type Comparison, createComparer, standstill } from './compare.ts';
import { differenceOf, missing } from './difference.ts';
import { type Ended, endOf, isCutOff, isResumed, isStop, waitingFor } from './ends.ts';
import { RecordedEnd, type RecordedModel } from './recordedModel.ts';
import { type RecordedPeople, recordedPeople } from './recordedPeople.ts';
import { recordedTools } from './recordedTools.ts';
import type { Tape } from './tape.ts';

/** Runs to the end, or to where it was cut off; what differs stands in `found`. False: the log ends within it. */
export async function runAgain(tape: Tape, model: RecordedModel, found: Comparison): Promise<boolean> {
  const { state } = tape;
  const abort = new AbortController();
  const { signal } = abort;
  const stopWhenDue = () => {
    const { next } = tape;
    const isDue = next && isStop(next) && (next.type === 'tool.result' || !state.history.openCalls().length);
    if (isDue) abort.abort(new StoppedByPerson());
  };
  const { record, held } = createComparer(tape, found, signal, {
    same(event) {
      people.asked(event);
      if (event.type === 'context.trimmed' || event.type === 'context.summarised') model.cutPrefix();
    },
    taken: stopWhenDue,
  });
  const emit: Emit = Object.assign(record, { live: () => {} });
  const people: RecordedPeople = recordedPeople(tape, emit);
  tape.onAdvance = () => people.answer();

  stopWhenDue();
  // Earlier versions did not say it: a turn after an answer, that nobody said anything for.
  const isSummary =
    state.summarises ||
    (tape.next?.type === 'context.summarised' &&
      state.history.messages().at(-1)?.role === 'assistant' &&
      !state.history.steered());
  const work = async (input: TurnInput) => {
    const reason = isSummary ? await summaryTurn(input) : await runTurn(input);
    // What was said meanwhile is answered in the same turn.
    return isSummary && reason === 'done' && state.history.steered() ? runTurn(input) : reason;
  };
  let ended: Ended | undefined;
  const { tools, decide } = recordedTools(tape, signal);
  const turn = {
    id: state.turn ?? '',
    sessionId: state.transcript.head.id,
    step: state.steps,
    maxSteps: state.transcript.head.maxSteps,
  };
  void work({
    turn,
    history: state.history,
    guard: state.guard,
    begun: callId => state.intents.get(callId),
    keep: async () => tape.next?.type === 'tool.decided' && tape.next.grant !== undefined,
    model,
    tools,
    decide,
    people,
    emit,
    signal,
  }).then(
    reason => {
      ended = { reason };
    },
    error => {
      ended = { error };
    },
  );

  for (;;) {
    await standstill(tape, () => !!ended || !!found.difference);
    if (found.difference) return true;
    if (ended) return compareEnd(ended, tape, found);
    const { next } = tape;
    if (!next) return false;
    if (isCutOff(next, tape)) {
      abort.abort(new Error('The session was cut off here.'));
      if (next.type === 'turn.ended') tape.take();
      return true;
    }
    if (!signal.aborted && isStop(next)) abort.abort(new StoppedByPerson());
    else found.difference = missing(next, held(), waitingFor(tape));
  }
}

/** False: the log ends before it. */
function compareEnd(ended: Ended, tape: Tape, found: Comparison): boolean {
  tape.skipOutside(true);
  const end = endOf(ended, tape.state);
  const recorded = tape.next;
  if (!recorded) return false;
  if (isResumed(recorded)) return true;
  const isOutside = 'error' in ended && ended.error instanceof RecordedEnd;
  if (!isOutside) found.difference = differenceOf(recorded, end);
  if (found.difference) return true;
  found.compared++;
  tape.take();
  return true;
}
