/**
 * The loop. The model is the agent: as long as it calls tools, they are run and it is asked again. Everything the
 * loop needs to know it reads from the history, so a turn that was cut short goes on by calling this again.
 */
import { ModelError } from '../model/client.ts';
import type { TurnEnd } from '../protocol/events.ts';
import { GoingInCircles } from './loopGuard.ts';
import { makeRoom, makeRoomIfNeeded } from './makeRoom.ts';
import { runCalls } from './runCalls.ts';
import { runStep } from './runStep.ts';
import { StoppedByPerson, type TurnInput, Unanswered } from './seams.ts';

/**
 * Runs until the model answers without calling tools, the step limit or the person ends it. Throws ModelError when the
 * backend cannot go on, GoingInCircles when the model cannot, what the request's `mayAsk` threw, and whatever the signal
 * was aborted with when that is not `StoppedByPerson`.
 */
export async function runTurn(input: TurnInput): Promise<TurnEnd> {
  const { turn, guard, history, signal } = input;
  let { step } = turn;
  try {
    for (;;) {
      // Also after a stop: none of them is left without its result.
      const calls = history.openCalls();
      if (calls.length > 0) {
        await runCalls(calls, input);
        const stuck = history.steered() ? undefined : guard.stuck();
        if (stuck) throw new GoingInCircles(stuck);
        continue;
      }
      signal.throwIfAborted();
      const answered = history.messages().at(-1)?.role === 'assistant';
      if (answered && !history.steered()) return 'done';
      if (step >= turn.maxSteps) return 'stepLimit';
      await makeRoomIfNeeded(input, step);
      step += 1;
      try {
        await runStep(step, input);
      } catch (error) {
        // The window is smaller than was known. With room made, the same step may fit.
        if (!(error instanceof ModelError) || error.kind !== 'contextOverflow') throw error;
        step -= 1;
        if (!(await makeRoom(input, step))) throw error;
      }
    }
  } catch (error) {
    if (error instanceof Unanswered) return 'unanswered';
    if (error instanceof StoppedByPerson || signal.reason instanceof StoppedByPerson) return 'stopped';
    throw error;
  }
}
