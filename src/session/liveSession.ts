/** One open session: the log's only writer, the folds kept beside it, and the turn that runs. */
import { runTurn } from '../agent/runTurn.ts';
import { type Emit, StoppedByPerson, type TurnInput } from '../agent/seams.ts';
import type { ApprovalMode } from '../protocol/access.ts';
import type { Backend, ContextItem, LiveEvent, NewEvent, SessionEvent } from '../protocol/events.ts';
import type { Change } from '../protocol/transcript.ts';
import { type BudgetParts, createBudget, OverBudget } from './budget.ts';
import { createRestoring } from './checkpoints/restore.ts';
import { stepRows } from './checkpoints/steps.ts';
import type { Taking } from './checkpoints/taking.ts';
import { SessionError } from './error.ts';
import { failureOf } from './failure.ts';
import { createPeople } from './people.ts';
import { settleRequests, settleUnfinished } from './recovery.ts';
import type { Session, SessionsOptions, SessionUpdate } from './sessions.ts';
import type { SessionState } from './state.ts';
import { titleOf } from './title.ts';

/** What a session needs to write its log; the event log, or a refusal in a session that is only read. */
export interface Writer {
  append(event: NewEvent, durability: 'buffered' | 'synced'): Promise<SessionEvent>;
  close(): Promise<void>;
}

/** Kinds whose loss nobody would notice after a crash: the next synced one carries them to disk. */
const BUFFERED: ReadonlySet<NewEvent['type']> = new Set([
  'step.started',
  'request.reserved',
  'tool.planned',
  'checkpoint.taken',
  'notice',
]);

export interface LiveSessionParts {
  id: string;
  state: SessionState;
  writer: Writer;
  tools: TurnInput['tools'];
  decide: TurnInput['decide'];
  spentOn: BudgetParts['spentOn'];
  taking: Taking;
  readOnly: string | undefined;
}

export function createLiveSession(parts: LiveSessionParts, options: SessionsOptions): Session {
  const { id, state, writer, taking } = parts;
  const listeners = new Set<(update: SessionUpdate) => void>();
  let live: LiveEvent[] = [];
  let run: { ended: Promise<void>; abort: AbortController } | undefined;
  let interrupted = state.turn !== undefined;
  if (interrupted) showAsStopped(state);

  const tell = (update: SessionUpdate) => {
    for (const listener of listeners) {
      try {
        listener(update);
      } catch {
        // A view that breaks must not end the turn; it reports itself.
      }
    }
  };
  /** The folds must see events in the log's order, though some are on disk sooner than others. */
  let folded: Promise<unknown> = Promise.resolve();
  const record = (event: NewEvent): Promise<void> => {
    const appended = writer.append(event, BUFFERED.has(event.type) ? 'buffered' : 'synced');
    const shown = Promise.all([appended, folded]).then(([stamped]) => show(stamped, state.apply(stamped)));
    folded = shown.catch(() => {});
    return shown;
  };
  const show = (event: SessionEvent, change: Change) => {
    if (event.type === 'assistant.message' || event.type === 'turn.ended') live = [];
    if (event.type === 'tool.result') live = live.filter(l => !('callId' in l) || l.callId !== event.callId);
    tell({ event, change });
  };
  const recordAll = async (events: NewEvent[]) => {
    for (const event of events) await record(event);
  };
  /** Before an effect: the state that a person can go back to. */
  const recordCovered = async (event: NewEvent) => {
    if (event.type === 'tool.intent' && state.turn)
      await recordAll(await taking.before(state.turn, state.transcript.head.step, event.effects));
    await record(event);
  };
  const emit: Emit = Object.assign(recordCovered, {
    live: (event: LiveEvent) => {
      live = addLive(live, event);
      tell({ live: event });
    },
  });
  const people = createPeople(emit, options.attended);
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
      const reason = stopped ? 'stopped' : error instanceof OverBudget ? 'costLimit' : 'failed';
      end = { type: 'turn.ended', turn, reason, failure };
    }
    try {
      await recordAll(await taking.after(turn, state.transcript.head.step));
      await record(end);
    } catch (error) {
      // The log cannot be written any more. People must see that; the log itself stays as it is.
      const failure = failureOf(error, state.backend);
      const unrecorded = { ...end, reason: 'failed', failure, seq: -1, at: options.now() } as const;
      show(unrecorded, state.apply(unrecorded));
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
      model: {
        info: signal => client.info(signal),
        stream: (request, signal) => client.stream({ ...request, mayAsk }, signal),
      },
      tools: parts.tools,
      decide: parts.decide,
      people,
      emit,
      signal,
    };
  };

  /** Records what begins the turn, then lets it run. Resolves when the beginning is durable. */
  const begin = async (opening: (turn: string) => NewEvent[]): Promise<void> => {
    if (parts.readOnly) throw new SessionError('readOnly', parts.readOnly);
    if (run) throw new SessionError('busy', 'A turn is running. Stop it first, or send text to steer it.');
    const abort = new AbortController();
    const turn = interrupted && state.turn ? state.turn : `t${options.now().toString(36)}`;
    let done = () => {};
    run = { abort, ended: new Promise(resolve => (done = resolve)) };
    try {
      for (const event of opening(turn)) await record(event);
    } catch (error) {
      run = undefined;
      done();
      throw error;
    }
    void runOpenTurn(turn, abort).finally(() => {
      run = undefined;
      done();
    });
  };
  const restoring = createRestoring({ fold: state.checkpoints, taking, now: options.now, record });
  const started = (turn: string): NewEvent => ({
    type: 'turn.started',
    turn,
    maxSteps: options.limits().maxSteps,
  });

  return {
    id,
    get transcript() {
      return state.transcript;
    },
    get live() {
      return live;
    },
    get running() {
      return run !== undefined;
    },
    get interrupted() {
      return interrupted;
    },
    readOnly: parts.readOnly,

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async send(text: string, context: ContextItem[] = []) {
      if (!text.trim()) throw new SessionError('empty', 'There is nothing to send. Describe a task.');
      if (run && state.turn)
        return record({ type: 'user.message', turn: state.turn, text, context, steer: true });
      if (interrupted && state.turn) {
        // The person moves on: the turn that was cut off ends here, and with it what it left open.
        for (const paid of settleRequests(state)) await record(paid);
        await record({ type: 'turn.ended', turn: state.turn, reason: 'stopped' });
        interrupted = false;
      }
      const title = state.transcript.head.title || titleOf(text);
      await begin(turn => [
        started(turn),
        { type: 'user.message', turn, text, context, steer: false },
        ...(state.transcript.head.title ? [] : [{ type: 'session.titled' as const, title }]),
      ]);
    },

    async resume() {
      if (run) return;
      if (!interrupted) return begin(turn => [started(turn)]);
      const settled = [...settleRequests(state), ...(await settleUnfinished(state, options.host))];
      await begin(turn => [{ type: 'turn.resumed', turn }, ...settled]);
      interrupted = false;
    },

    async stop() {
      run?.abort.abort(new StoppedByPerson());
      await run?.ended;
    },

    approve(callId, nonce, answer, reason) {
      return people.approved(callId, nonce, answer === 'deny' ? { answer, reason } : { answer });
    },
    answer: (callId, nonce, text) => people.answered(callId, nonce, text),

    async setMode(mode: ApprovalMode) {
      if (mode !== state.mode) await record({ type: 'session.changed', mode });
    },
    async setBackend(backend: Backend) {
      await record({ type: 'session.changed', backend });
    },
    async rename(title: string) {
      if (title.trim()) await record({ type: 'session.titled', title: title.trim() });
    },

    checkpoints: {
      steps: () => stepRows(state.checkpoints, options.stateDir),
      preview: restoring.preview,
      async restore(target) {
        if (parts.readOnly) throw new SessionError('readOnly', parts.readOnly);
        if (run) throw new SessionError('busy', 'A turn is running. Stop it first, then restore.');
        return restoring.restore(target);
      },
    },

    async settled() {
      await run?.ended;
    },
    async close() {
      run?.abort.abort(new Error('The session was closed.'));
      await run?.ended;
      listeners.clear();
      await taking.close();
      await writer.close();
    },
  };
}

/** A cut-off turn does not run and waits for nobody until it is resumed; its old questions have lost their nonces. */
function showAsStopped(state: SessionState): void {
  state.transcript.head = { ...state.transcript.head, status: 'stopped', pending: [] };
}

/** Keeps what a redrawn view needs, with text merged: a long step stays a handful of entries. */
function addLive(list: LiveEvent[], event: LiveEvent): LiveEvent[] {
  if (event.type === 'step.reset') return list.filter(l => 'callId' in l);
  const last = list.at(-1);
  if (last && 'text' in last && 'text' in event && last.type === event.type) {
    const sameCall = !('callId' in last) || !('callId' in event) || last.callId === event.callId;
    if (sameCall) return [...list.slice(0, -1), { ...event, text: last.text + event.text }];
  }
  const replaced = event.type === 'call.delta' || event.type === 'meter' || event.type === 'step.waiting';
  return [...(replaced ? list.filter(l => !isSameSlot(l, event)) : list), event];
}

function isSameSlot(a: LiveEvent, b: LiveEvent): boolean {
  if (a.type === 'call.delta' && b.type === 'call.delta') return a.index === b.index;
  return a.type === b.type;
}
