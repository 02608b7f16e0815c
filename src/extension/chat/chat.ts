/** The session that is shown, and everything a person does with it. Knows nothing of the view. */
import type { ApprovalMode } from '../../protocol/access.ts';
import type { ContextItem } from '../../protocol/events.ts';
import type { Session, Sessions } from '../../session/sessions.ts';
import { createGoingOn, type GoingOnOptions } from './goingOn.ts';
import { createOpenSessions, type Memory } from './openSessions.ts';
import { Refused } from './refused.ts';

const SHOWN = 'ascent.session';

export interface ChatOptions extends Omit<GoingOnOptions, 'open' | 'inOrder'> {
  /** Made on first use. */
  sessions(): Promise<Sessions>;
  memory: Memory;
  /** How often to look whether a session that another window holds has become free; milliseconds. */
  pollMs?: number;
}

export type Chat = ReturnType<typeof createChat>;

export function createChat(options: ChatOptions) {
  const { memory, settings, refusal } = options;
  const open = createOpenSessions(options.sessions, memory);
  const switched = new Set<() => void>();
  let shown: Session | undefined;
  let nextMode: ApprovalMode | undefined;

  // One change of what is shown at a time: a second click waits for the first.
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  };
  const goingOn = createGoingOn({ ...options, open, inOrder });

  const show = (session: Session | undefined) => {
    const before = shown;
    shown = session;
    void memory.update(SHOWN, session?.id);
    if (before && before !== session) letGo(before);
    for (const listener of switched) listener();
    if (session?.readOnly) void watch(session);
  };
  /** Closes a session once it neither runs nor shows. */
  const letGo = (session: Session) => open.closeWhenDone(session, () => session === shown);

  /** Another window holds it: look again until it is free (or shown no more), so that what is shown is up to date. */
  const watch = async (session: Session): Promise<void> => {
    await new Promise(resolve => setTimeout(resolve, options.pollMs ?? 3_000));
    if (open.closing) return;
    await inOrder(async () => {
      if (session !== shown) return;
      await open.close(session);
      const next = await open.open(session.id);
      if (looksLike(session, next)) {
        shown = next;
        void watch(next);
      } else {
        show(next);
        await goingOn.afterReload(next);
      }
    });
  };

  const writable = (session: Session | undefined): Session => {
    if (!session) throw new Refused('There is no session yet. Describe a task to start one.');
    if (session.readOnly) throw new Refused(session.readOnly);
    return session;
  };

  return {
    get session() {
      return shown;
    },
    /** Every open session that runs, the shown one included. */
    get running() {
      return open.running;
    },
    get mode(): ApprovalMode {
      return shown?.transcript.head.mode ?? nextMode ?? settings().mode;
    },
    onUpdate: open.onUpdate,
    /** Another session (or none) is shown, or the shown one was read again. */
    onSwitch: (listener: () => void) => void switched.add(listener),
    /** Whether a run waits to go on: cheap, opens nothing. */
    get interrupted() {
      return open.ran.length > 0;
    },

    /** Brings back the session that was shown, and what ran. */
    restore: () =>
      inOrder(async () => {
        const id = memory.get<string>(SHOWN);
        const others = open.ran.filter(other => other !== id);
        if (id) {
          const session = await open.open(id).catch(async error => {
            await memory.update(SHOWN, undefined);
            open.noteRunning(id, false);
            throw error;
          });
          show(session);
          await goingOn.afterReload(session);
        }
        for (const other of others) {
          const session = await open.open(other);
          await goingOn.afterReload(session);
          letGo(session);
        }
      }),

    send: (text: string, context: ContextItem[]) =>
      inOrder(async () => {
        const why = refusal(shown);
        if (why) throw new Refused(why);
        if (!text.trim()) throw new Refused('Describe a task first.');
        if (shown) await goingOn.useCurrentBackend(writable(shown));
        else {
          const { backend, mode } = settings();
          const sessions = await options.sessions();
          const start = { backend: await options.served(backend), mode: nextMode ?? mode };
          show(open.hold(await sessions.start(start)));
          nextMode = undefined;
        }
        await shown!.send(text, context);
      }),

    /** The next message starts a session. What runs goes on behind. */
    startFresh: () => inOrder(async () => show(undefined)),
    open: (id: string) =>
      inOrder(async () => {
        if (id !== shown?.id) show(await open.open(id));
      }),
    async list() {
      const listed = await (await options.sessions()).list();
      return listed.map(entry => ({ ...entry, running: open.get(entry.id)?.running ?? entry.running }));
    },

    async stop() {
      await shown?.stop();
    },
    resume: () => inOrder(() => goingOn.resume(writable(shown))),
    approve(callId: string, nonce: string, answer: 'once' | 'session' | 'deny', reason?: string) {
      return writable(shown).approve(callId, nonce, answer, reason);
    },
    answer(callId: string, nonce: string, text: string) {
      return writable(shown).answer(callId, nonce, text);
    },
    setMode: (mode: ApprovalMode) =>
      inOrder(async () => {
        if (shown) await writable(shown).setMode(mode);
        else nextMode = mode;
      }),
    rename: (title: string) =>
      inOrder(async () => {
        if (title.trim()) await writable(shown).rename(title.trim());
      }),
    /** The settings changed: an idle session follows at once. */
    followSettings: () =>
      inOrder(async () => {
        if (shown && !shown.readOnly && !refusal(shown)) await goingOn.useCurrentBackend(shown);
      }),

    /** The window goes away. What ran is remembered as running, and goes on after a reload. */
    close: open.closeAll,
  };
}

const looksLike = (a: Session, b: Session) =>
  a.readOnly === b.readOnly &&
  a.transcript.items.length === b.transcript.items.length &&
  a.transcript.head.step === b.transcript.head.step &&
  a.transcript.head.status === b.transcript.head.status;
