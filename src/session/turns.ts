/** The turn of a session: begun, run to its end by the loop, its end recorded. One at a time. */
import { GoingInCircles } from '../agent/loopGuard.ts';
import { runTurn } from '../agent/runTurn.ts';
import { type Emit, StoppedByPerson, type TurnInput } from '../agent/seams.ts';
import type { NewEvent, TurnEnd } from '../protocol/events.ts';
import { type BudgetParts, createBudget, OverBudget } from './budget.ts';
import type { Taking } from './checkpoints/taking.ts';
import { SessionError } from './error.ts';
import { failureOf } from './failure.ts';
import { createPeople } from './people.ts';
import type { Recorder } from './recorder.ts';
import type { Ruling } from './rules/ruling.ts';
import type { SessionsOptions } from './sessions.ts';
import type { SessionState } from './state.ts';

export interface TurnsParts {
  id: string;
  state: SessionState;
  recorder: Recorder;
  tools: TurnInput['tools'];
  decide: TurnInput['decide'];
  spentOn: BudgetParts['spentOn'];
  taking: Taking;
  ruling: Ruling;
}

export type Turns = ReturnType<typeof createTurns>;

export function createTurns(parts: TurnsParts, options: SessionsOptions) {
  const { id, state, recorder, taking } = parts;
  const { record, recordAll } = recorder;
  let run: { ended: Promise<void>; abort: AbortController } | undefined;

  /** Before an effect: the state that a person can go back to. */
  const recordCovered = async (event: NewEvent) => {
    if (event.type === 'tool.intent') await parts.ruling.before(event.effects);
    if (event.type === 'tool.intent' && state.turn)
      await recordAll(await taking.before(state.turn, state.transcript.head.step, event.effects));
    await record(event);
  };
  const emit: Emit = Object.assign(recordCovered, { live: recorder.show });
  const people = createPeople(emit, options.attended, state.answers, offers =>
    state.oftenAllowed.suggest(offers),
  );
  const mayAsk = createBudget({ ...options, state, record, spentOn: parts.spentOn });

  /** Runs the open turn to its end and records how it ended. Never throws. */
  const runOpenTurn = async (turn: string, abort: AbortController): Promise<void> => {
    let end: NewEvent & { type: 'turn.ended' };
    try {
      end = { type: 'turn.ended', turn, reason: await runTurn(await turnInput(turn, abort.signal)) };
    } catch (error) {
      if (abort.signal.aborted && !(abort.signal.reason instanceof StoppedByPerson)) return;
      const stopped = abort.signal.reason instanceof StoppedByPerson;
      const failure = stopped ? undefined : failureOf(error, state.backend);
      end = { type: 'turn.ended', turn, reason: stopped ? 'stopped' : reasonOf(error), failure };
    }
    try {
      await recordAll(await taking.after(turn, state.transcript.head.step));
      await record(end);
    } catch (error) {
      // The log cannot be written any more. People must see that; the log itself stays as it is.
      const failure = failureOf(error, state.backend);
      recorder.fold({ ...end, reason: 'failed', failure, seq: -1, at: options.now() });
    }
  };

  const turnInput = async (turn: string, signal: AbortSignal): Promise<TurnInput> => {
    const { head } = state.transcript;
    const client = await options.connect(state.backend);
    return {
      turn: { id: turn, sessionId: id, step: state.steps, maxSteps: head.maxSteps },
      history: {
        messages: () => state.history.messages,
        counted: () => state.history.counted,
        openCalls: () => state.history.openCalls(),
        steered: () => state.history.steered(),
      },
      guard: state.guard,
      model: {
        info: signal => client.info(signal),
        stream: (request, signal) => client.stream({ ...request, mayAsk }, signal),
      },
      tools: parts.tools,
      decide: async access => {
        const decision = await parts.decide(access);
        const { notice } = decision;
        if (notice && !state.notices.has(notice.code))
          await record({ type: 'notice', level: 'warning', ...notice });
        return decision;
      },
      begun: callId => state.intents.get(callId),
      keep: offer => parts.ruling.keep(offer, record),
      people,
      emit,
      signal,
    };
  };

  return {
    people,
    get running() {
      return run !== undefined;
    },
    /** Records what begins or continues `turn`, then lets it run. Resolves when the beginning is durable. */
    async begin(turn: string, opening: readonly NewEvent[]): Promise<void> {
      if (run) throw new SessionError('busy', 'A turn is running. Stop it first, or send text to steer it.');
      const abort = new AbortController();
      let done = () => {};
      run = { abort, ended: new Promise(resolve => (done = resolve)) };
      try {
        await recordAll(opening);
      } catch (error) {
        run = undefined;
        done();
        throw error;
      }
      void runOpenTurn(turn, abort).finally(() => {
        run = undefined;
        done();
      });
    },
    /** Ends the running turn with `reason`, see `TurnInput.signal`. Resolves when it has ended. */
    async end(reason: Error): Promise<void> {
      run?.abort.abort(reason);
      await run?.ended;
    },
    /** Resolves when the running turn has ended. */
    async ended(): Promise<void> {
      await run?.ended;
    },
  };
}

function reasonOf(error: unknown): TurnEnd {
  if (error instanceof OverBudget) return 'costLimit';
  return error instanceof GoingInCircles ? 'stuck' : 'failed';
}
