/** The session that is shown, and everything a person does with it. Knows nothing of the view. */
import type { Answer, ApprovalMode } from '../../protocol/approvals.ts';
import type { ContextItem } from '../../protocol/events.ts';
import type { SessionHead } from '../../protocol/transcript.ts';
import type { Session, Sessions } from '../../session/sessions.ts';
import { createGoingOn, type GoingOnOptions } from './goingOn.ts';
import { createMoving, type MovingOptions } from './moving.ts';
import { createOpenSessions, type Memory } from './openSessions.ts';
import { Refused } from './refused.ts';

const SHOWN = 'ascent.session';

export interface ChatOptions extends Omit<GoingOnOptions, 'open' | 'inOrder'> {
  /** Made on first use. */
  sessions(): Promise<Sessions>;
  memory: Memory;
  /** Does what happens by itself, and tells the person when it fails. */
  attempt: MovingOptions['attempt'];
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
  };
  /** Closes a session once it neither runs nor shows; one that this window sent to the background may need it yet. */
  const letGo = (session: Session) =>
    open.closeWhenDone(
      session,
      () => session === shown || (session.readOnly !== undefined && open.ran.includes(session.id)),
    );

  const moving = createMoving({
    open,
    goingOn,
    inOrder,
    isShown: session => session.id === shown?.id,
    show,
    letGo,
    attempt: options.attempt,
  });

  const writable = (session: Session | undefined): Session => {
    if (!session) throw new Refused('There is no session yet. Describe a task to start one.');
    if (session.readOnly) throw new Refused(session.readOnly);
    return session;
  };

  /** The shown session, able to begin a turn. */
  const ready = async (): Promise<Session> => {
    const session = writable(shown);
    const why = refusal(session);
    if (why) throw new Refused(why);
    await goingOn.useCurrentBackend(session);
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
        const failures: unknown[] = [];
        // One that cannot come back, or not go on, must not keep the others away.
        const bring = (work: () => Promise<void>) => work().catch(error => void failures.push(error));
        if (id)
          await bring(async () => {
            const session = await open.open(id).catch(async error => {
              await memory.update(SHOWN, undefined);
              open.noteRunning(id, false);
              throw error;
            });
            show(session);
            await goingOn.afterReload(session);
          });
        for (const other of others)
          await bring(async () => {
            const session = await open.open(other).catch(() => open.noteRunning(other, false));
            if (!session) return;
            await goingOn.afterReload(session).finally(() => letGo(session));
          });
        if (failures.length) throw failures[0];
      }),

    /** `later`: after the turn that runs. */
    send: (text: string, context: ContextItem[], later = false) =>
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
        await (later ? shown!.queue.add(text, context) : shown!.send(text, context));
      }),

    editQueued: (id: string, text: string) => inOrder(() => writable(shown).queue.edit(id, text)),
    removeQueued: (id: string) => inOrder(() => writable(shown).queue.remove(id)),
    /** Without an id: all of them, one after the other. */
    sendQueued: (id: string | undefined) =>
      inOrder(async () => {
        const session = await ready();
        await (id === undefined ? session.queue.release() : session.queue.sendNow(id));
      }),
    takeBackRoom: (seq: number) => inOrder(() => writable(shown).room.takeBack(seq)),
    summarise: () => inOrder(async () => (await ready()).room.summarise()),

    /** The next message starts a session. What runs goes on behind. */
    startFresh: () => inOrder(async () => show(undefined)),
    /** A session that runs in the background is taken back. */
    open: (id: string) =>
      inOrder(async () => {
        if (id !== shown?.id) show(await open.open(id));
        if (shown?.held?.by.kind === 'background') await moving.takeOver(shown);
      }),
    /** The shown session, which another process holds, comes here. */
    takeOver: () =>
      inOrder(async () => {
        if (shown) await moving.takeOver(shown);
      }),
    /** `start` starts the process that goes on with the session, and resolves when that one holds it. */
    toBackground: (start: (head: SessionHead) => Promise<void>) =>
      inOrder(async () => {
        const session = writable(shown);
        const why = refusal(session);
        if (why) throw new Refused(why);
        await moving.toBackground(session, () => start(session.transcript.head));
      }),
    async list() {
      const listed = await (await options.sessions()).list();
      return listed.map(entry => {
        const here = open.get(entry.id);
        return here && !here.readOnly ? { ...entry, running: here.running } : entry;
      });
    },

    /** Where another process holds the session, it is asked to. */
    async stop() {
      await shown?.stop();
    },
    resume: () => inOrder(() => goingOn.resume(writable(shown))),
    approve(callId: string, nonce: string, answer: Answer, reason?: string) {
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
