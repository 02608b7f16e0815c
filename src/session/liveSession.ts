/** One open session as its callers see it: the log's only writer, the folds kept beside it, and the turn that runs. */
import { randomUUID } from 'node:crypto';
import { StoppedByPerson } from '../agent/seams.ts';
import { summaryTurn } from '../agent/summarise.ts';
import { LeftRunning } from '../host/host.ts';
import type { ApprovalMode } from '../protocol/approvals.ts';
import type { Backend, ContextItem, NewEvent } from '../protocol/events.ts';
import { createRestoring } from './checkpoints/restore.ts';
import { stepRows } from './checkpoints/steps.ts';
import { SessionError } from './error.ts';
import type { Lock } from './lock.ts';
import { createQueue, type Sending, waiting } from './queue.ts';
import { createRecorder, type Writer } from './recorder.ts';
import { endWhatRuns, settleRequests, settleUnfinished } from './recovery.ts';
import type { Want } from './requests.ts';
import { createRoom } from './room.ts';
import type { Session, SessionsOptions } from './sessions.ts';
import type { SessionState } from './state.ts';
import { titleOf } from './title.ts';
import { createTurns, type TurnsParts } from './turns.ts';

export interface LiveSessionParts extends Omit<TurnsParts, 'recorder'> {
  writer: Writer;
  lock: Lock;
  /** Calls back for requests of other processes, until the returned function is called. */
  listen(on: (want: Want) => void): () => void;
}

export function createLiveSession(parts: LiveSessionParts, options: SessionsOptions): Session {
  const { id, state, writer, taking, lock } = parts;
  const recorder = createRecorder(state, writer);
  const { record, recordAll } = recorder;
  const turns = createTurns({ ...parts, recorder }, options);
  const { people, started } = turns;
  // Between two turns of a queue there is no turn that was cut off, but a run that was.
  let interrupted =
    state.turn !== undefined || (state.lastEnd === 'done' && state.transcript.head.queue.length > 0);
  if (state.turn) showAsStopped(state);

  const owners = new Set<() => void>();
  let isWanted = false;
  const askOwner = () => {
    isWanted = true;
    for (const listener of owners) listener();
  };
  lock.lost.addEventListener('abort', askOwner, { once: true });
  const stop = () => turns.end(new StoppedByPerson());
  const unlisten = parts.listen(want => (want === 'stop' ? void stop() : askOwner()));
  const begin = async (opening: (turn: string) => NewEvent[]) => {
    const turn = turns.newTurnId();
    await turns.begin(turn, opening(turn));
  };
  let closing: Promise<void> | undefined;
  /** One after the other, in their order: what begins a turn, and what no turn may meet. */
  let acting: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(act: () => Promise<T>): Promise<T> => {
    const done = acting.then(() => {
      if (closing) throw new SessionError('closed', 'This session is closed. Open it again to go on.');
      return act();
    });
    acting = done.catch(() => {});
    return done;
  };
  const send = (text: string, context: ContextItem[] = [], how: Sending = {}): Promise<void> => {
    if (!text.trim())
      return Promise.reject(new SessionError('empty', 'There is nothing to send. Describe a task.'));
    return inOrder(() => sendNext(text, context, how));
  };
  const sendNext = async (text: string, context: ContextItem[], { queued, later }: Sending) => {
    const message = (turn: string, steer: boolean): NewEvent => {
      if (queued === undefined) return { type: 'user.message', turn, text, context, steer };
      // It may have been sent meanwhile, by a second click or as the next turn: then it is not sent again.
      const now = waiting(state, queued);
      return { type: 'user.message', turn, text: now.text, context: now.context, steer, queued };
    };
    const added: NewEvent = { type: 'queue.added', id: randomUUID(), text, context };
    if (await turns.join(turn => (later ? added : message(turn, true)))) return;
    await recordAll(await endWhatRuns(state, options.host, parts.tools));
    if (interrupted && state.turn) {
      // The person moves on: the turn that was cut off ends here, and with it what it left open.
      await recordAll([
        ...settleRequests(state),
        { type: 'turn.ended', turn: state.turn, reason: 'stopped' },
      ]);
    }
    const title = state.transcript.head.title || titleOf(text);
    await begin(turn => [
      started(turn),
      message(turn, false),
      ...(state.transcript.head.title ? [] : [{ type: 'session.titled' as const, title }]),
    ]);
    interrupted = false;
  };
  const resume = async () => {
    if (turns.running) return;
    if (!interrupted) return begin(turn => [started(turn)]);
    if (!state.turn) {
      interrupted = false;
      const [first] = state.transcript.head.queue;
      if (first) await sendNext(first.text, first.context, { queued: first.id });
      return;
    }
    if (!state.summarises && neverBegan(state)) {
      await record({ type: 'turn.ended', turn: state.turn, reason: 'stopped' });
      interrupted = false;
      return;
    }
    const settled = [...settleRequests(state), ...(await settleUnfinished(state, options.host, parts.tools))];
    const { turn } = state;
    await turns.begin(
      turn,
      [{ type: 'turn.resumed', turn }, ...settled],
      state.summarises ? summaryTurn : undefined,
    );
    interrupted = false;
  };
  const queue = createQueue({ state, turns, record, send });
  const restoring = createRestoring({ fold: state.checkpoints, taking, now: options.now, record });

  const close = async () => {
    unlisten();
    // A command goes on: whoever opens the session next takes it up.
    await turns.end(new LeftRunning());
    // What had begun comes to its end here (a restore writes files), not while the next opener works.
    await acting;
    await turns.end(new LeftRunning());
    recorder.close();
    await taking.close();
    try {
      await writer.close();
    } finally {
      await lock.release();
    }
  };

  return {
    id,
    get transcript() {
      return state.transcript;
    },
    get live() {
      return recorder.live;
    },
    get running() {
      return turns.running;
    },
    get interrupted() {
      return interrupted;
    },
    readOnly: undefined,
    held: undefined,
    subscribe: recorder.subscribe,

    send: (text, context) => send(text, context),

    resume: () => inOrder(resume),

    stop,

    approve: people.approved,
    answer: (callId, nonce, text) => people.answered(callId, nonce, text),

    async setMode(mode: ApprovalMode) {
      if (mode === state.mode) return;
      await record({ type: 'session.changed', mode });
      people.reconsider();
    },
    rules: {
      list: () => state.rules,
      async remove(id) {
        if (state.rules.some(held => held.id === id)) await record({ type: 'rule.removed', id });
      },
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
      restore: target =>
        inOrder(async () => {
          if (turns.running)
            throw new SessionError('busy', 'A turn is running. Stop it first, then restore.');
          return restoring.restore(target);
        }),
    },

    queue,
    room: createRoom({
      state,
      record,
      contextWindow: async () => {
        const client = await options.connect(state.backend);
        return (await client.info(new AbortController().signal)).contextWindow;
      },
      beginSummary: () =>
        inOrder(async () => {
          if (interrupted)
            throw new SessionError(
              'refused',
              'The last turn was cut off. Continue it first, or send a message.',
            );
          const turn = turns.newTurnId();
          await turns.begin(turn, [{ ...started(turn), summary: true }], summaryTurn);
        }),
    }),

    settled: turns.ended,
    onWanted(listener) {
      owners.add(listener);
      if (isWanted) listener();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** It was cut off before its message was recorded, of which the person was told: the model has nothing to answer. */
function neverBegan({ history, steps }: SessionState): boolean {
  const last = history.messages().at(-1)?.role;
  return steps === 0 && last !== 'user' && last !== 'tool' && history.openCalls().length === 0;
}

/** A cut-off turn does not run and waits for nobody until it is resumed; its old questions have lost their nonces. */
export function showAsStopped(state: SessionState): void {
  state.transcript.head = { ...state.transcript.head, status: 'stopped', pending: [] };
}
