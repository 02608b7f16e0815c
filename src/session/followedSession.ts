/** A session that another process holds: seen live, never written. It ends when the holder is gone; then open it again. */
import { setTimeout as delay } from 'node:timers/promises';
import { createRestoring } from './checkpoints/restore.ts';
import { stepRows } from './checkpoints/steps.ts';
import type { Taking } from './checkpoints/taking.ts';
import { realDisk } from './disk.ts';
import { SessionError } from './error.ts';
import { followLog } from './followLog.ts';
import { heldText } from './heldText.ts';
import { showAsStopped } from './liveSession.ts';
import type { Holder } from './lock.ts';
import type { LogReader } from './logReader.ts';
import { createRecorder } from './recorder.ts';
import { request, withdraw } from './requests.ts';
import type { SessionPaths } from './sessionFiles.ts';
import type { Session, SessionsOptions } from './sessions.ts';
import type { SessionState } from './state.ts';

export interface FollowedSessionParts {
  id: string;
  paths: SessionPaths;
  holder: Holder;
  /** Nothing of it was read yet. */
  reader: LogReader;
  state: SessionState;
  taking: Taking;
}

/** A living holder answers within a second or two. Milliseconds. */
const PATIENCE_MS = 8_000;

export async function createFollowedSession(
  parts: FollowedSessionParts,
  options: Pick<SessionsOptions, 'now' | 'stateDir'>,
): Promise<Session> {
  const { id, paths, holder, reader, state, taking } = parts;
  const readOnly = heldText(holder);
  const refuse = async (): Promise<never> => {
    throw new SessionError('readOnly', readOnly);
  };
  const recorder = createRecorder(state, { append: refuse });
  const first = await reader.next();
  for (const event of first) state.apply(event);
  // The holder opened a session that was cut off, and has not gone on with it.
  if (state.turn && (first.at(-1)?.at ?? 0) < holder.since) showAsStopped(state);

  const following = followLog({ paths, holder, reader, onEvent: recorder.fold });
  const { freed } = following;

  const ask = async (want: 'handOver' | 'stop') => {
    if (holder.number) await request(realDisk, paths.lock, holder.number, want);
  };
  const restoring = createRestoring({ fold: state.checkpoints, taking, now: options.now, record: refuse });

  return {
    id,
    get transcript() {
      return state.transcript;
    },
    live: [],
    running: false,
    interrupted: false,
    readOnly,
    held: {
      by: holder,
      freed,
      async handOver() {
        await ask('handOver');
        const waited = new AbortController();
        const answered = await Promise.race([
          freed.then(() => true),
          delay(PATIENCE_MS, false, { signal: waited.signal }),
        ]).finally(() => waited.abort());
        if (answered) return;
        await withdraw(realDisk, paths.lock, holder.number, 'handOver');
        throw new SessionError(
          'locked',
          `The process that holds this session (${holder.pid}) does not answer. Close it there; it opens here then.`,
        );
      },
    },
    subscribe: recorder.subscribe,
    send: refuse,
    resume: refuse,
    /** Asks the holder to. */
    stop: () => ask('stop'),
    approve: () => false,
    answer: () => false,
    setMode: refuse,
    rules: { list: () => state.rules, remove: refuse },
    setBackend: refuse,
    rename: refuse,
    checkpoints: {
      steps: () => stepRows(state.checkpoints, options.stateDir),
      preview: restoring.preview,
      restore: refuse,
    },
    queue: { add: refuse, edit: refuse, remove: refuse, sendNow: refuse, release: refuse },
    room: { takeBack: refuse, summarise: refuse },
    settled: async () => {},
    onWanted: () => {},
    async close() {
      recorder.close();
      await following.stop();
      await taking.close();
    },
  };
}
