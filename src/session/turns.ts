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
import { nextInQueue } from './queue.ts';
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
    if (event.type === 'tool.intent') await parts.ruling.before(event.callId, event.effects);
    if (event.type === 'tool.intent' && state.turn)
      await recordAll(await taking.before(state.turn, state.transcript.head.step, event.effects));
    await record(event);
  };
  const emit: Emit = Object.assign(recordCovered, { live: recorder.show });
  const people = createPeople({
    emit,
    attended: options.attended,
    answers: state.answers,
    takeYes: state.recentlyAllowed.asOfNow(options.now),
    suggest: offers => state.oftenAllowed.suggest(offers),
  });
  const mayAsk = createBudget({ ...options, state, record, spentOn: parts.spentOn });

  /** Closed while a turn is being begun or its end recorded: nothing can join it then. */
  const gate = createGate();
  /** What joins the turn that runs, until it is in the folds. */
  const joining = new Set<Promise<void>>();

  /** Runs until nothing that was said is left unread, then closes the gate. */
  const runToEnd = async (input: TurnInput, work: Work): Promise<TurnEnd> => {
    let reason = await work(input);
    for (;;) {
      gate.close();
      await Promise.allSettled(joining);
      if (reason !== 'done' || !state.history.steered()) return reason;
      gate.open();
      reason = await runTurn({ ...input, turn: { ...input.turn, step: state.steps } });
    }
  };

  /** Runs the open turn to its end and records how it ended. Never throws. Undefined when it was dropped. */
  const runOpenTurn = async (
    turn: string,
    abort: AbortController,
    work: Work,
  ): Promise<TurnEnd | undefined> => {
    let end: NewEvent & { type: 'turn.ended' };
    try {
      end = { type: 'turn.ended', turn, reason: await runToEnd(await turnInput(turn, abort.signal), work) };
    } catch (error) {
      gate.close();
      await Promise.allSettled(joining);
      if (abort.signal.aborted && !(abort.signal.reason instanceof StoppedByPerson)) return undefined;
      const stopped = abort.signal.reason instanceof StoppedByPerson;
      const failure = stopped ? undefined : failureOf(error, state.backend);
      end = { type: 'turn.ended', turn, reason: stopped ? 'stopped' : reasonOf(error), failure };
    }
    try {
      await recordAll(await taking.after(turn, state.transcript.head.step));
      await record(end);
      return end.reason;
    } catch (error) {
      // The log cannot be written any more. People must see that; the log itself stays as it is.
      const failure = failureOf(error, state.backend);
      recorder.fold({ ...end, reason: 'failed', failure, seq: -1, at: options.now() });
      return 'failed';
    }
  };

  /** The turn, and after one that is done those that wait behind it. */
  const runAll = async (first: string, abort: AbortController, work: Work): Promise<void> => {
    let reason = await runOpenTurn(first, abort, work);
    while (reason === 'done' && !abort.signal.aborted) {
      const turn = newTurnId();
      const message = nextInQueue(state, turn);
      if (!message) return;
      try {
        await recordAll([started(turn), message]);
      } catch (error) {
        const { message: text } = failureOf(error, state.backend);
        recorder.fold({ type: 'notice', level: 'warning', code: 'queue', text, seq: -1, at: options.now() });
        return;
      }
      gate.open();
      reason = await runOpenTurn(turn, abort, runTurn);
    }
  };

  const newTurnId = (): string => {
    let id = `t${options.now().toString(36)}`;
    // Several may begin within a millisecond, and clocks are set back.
    while (state.turns.has(id)) id += '+';
    return id;
  };
  const started = (turn: string): NewEvent & { type: 'turn.started' } => ({
    type: 'turn.started',
    turn,
    maxSteps: options.limits().maxSteps,
  });

  const turnInput = async (turn: string, signal: AbortSignal): Promise<TurnInput> => {
    const { head } = state.transcript;
    const client = await options.connect(state.backend);
    return {
      turn: { id: turn, sessionId: id, step: state.steps, maxSteps: head.maxSteps },
      history: state.history,
      guard: state.guard,
      model: {
        info: signal => client.info(signal),
        stream: (request, signal) =>
          client.stream({ ...request, mayAsk, callIds: state.transcript.calls.keys() }, signal),
      },
      tools: parts.tools,
      decide: async (access, edited) => {
        const decision = await parts.decide(access, edited);
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
    started,
    newTurnId,
    /**
     * Records what `event` makes for the turn that runs: it is read before that ends. False, and nothing is recorded,
     * when none runs.
     */
    async join(event: (turn: string) => NewEvent): Promise<boolean> {
      while (gate.closed) await gate.closed;
      if (!run || !state.turn) return false;
      const joined = record(event(state.turn));
      joining.add(joined);
      await joined.finally(() => joining.delete(joined));
      return true;
    },
    /**
     * Records what begins or continues `turn`, then lets it run, and after it what is queued. Resolves when the
     * beginning is durable.
     */
    async begin(turn: string, opening: readonly NewEvent[], work: Work = runTurn): Promise<void> {
      if (run) throw new SessionError('busy', 'A turn is running. Stop it first, or send text to steer it.');
      const abort = new AbortController();
      let done = () => {};
      run = { abort, ended: new Promise(resolve => (done = resolve)) };
      const over = () => {
        run = undefined;
        done();
        gate.open();
      };
      gate.close();
      try {
        await recordAll(opening);
      } catch (error) {
        over();
        throw error;
      }
      gate.open();
      void runAll(turn, abort, work).finally(over);
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

/** What a turn does: the loop, or something in its place. */
export type Work = (input: TurnInput) => Promise<TurnEnd>;

/** `closed`: resolves when it opens. */
function createGate() {
  let shut: PromiseWithResolvers<void> | undefined;
  return {
    get closed(): Promise<void> | undefined {
      return shut?.promise;
    },
    close(): void {
      shut ??= Promise.withResolvers();
    },
    open() {
      shut?.resolve();
      shut = undefined;
    },
  };
}

function reasonOf(error: unknown): TurnEnd {
  if (error instanceof OverBudget) return 'costLimit';
  return error instanceof GoingInCircles ? 'stuck' : 'failed';
}
