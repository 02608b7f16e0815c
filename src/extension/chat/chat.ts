/**
 * The sessions of this window: which one is shown, which ones run on behind it, and how they come back after a
 * reload. Knows nothing of the view.
 */
import type { ApprovalMode } from '../../protocol/access.ts';
import type { Backend, ContextItem } from '../../protocol/events.ts';
import type { SessionHead } from '../../protocol/transcript.ts';
import type { Session, Sessions, SessionUpdate } from '../../session/sessions.ts';
import type { Settings } from '../settings.ts';
import { Refused } from './refused.ts';

/** The part of vscode.Memento that is used: kept per workspace, survives a reload of the window. */
export interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): Thenable<void>;
}
const SHOWN = 'ascent.session';
const RUNNING = 'ascent.running';

export interface ChatOptions {
  /** Made on first use. */
  sessions(): Promise<Sessions>;
  memory: Memory;
  settings(): Settings;
  /** The settings' backend, with the model it serves where nobody named one. */
  served(backend: Backend): Promise<Backend>;
  /** Why nothing may be sent now, if so. */
  refusal(session: Session | undefined): string | undefined;
  /** With the setting `resume: ask`: offers to go on with a run that was cut short. */
  offerToGoOn(goOn: () => Promise<void>): void;
  /** How often to look whether a session that another window holds has become free; milliseconds. */
  pollMs?: number;
}

export type Chat = ReturnType<typeof createChat>;

export function createChat(options: ChatOptions) {
  const { memory } = options;
  /** Every session this window has open: the shown one, and those that still run. */
  const open = new Map<string, Session>();
  const updated = new Set<(session: Session, update: SessionUpdate) => void>();
  const switched = new Set<() => void>();
  let shown: Session | undefined;
  let nextMode: ApprovalMode | undefined;
  let closing = false;

  // One change of what is shown at a time: a second click waits for the first.
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  };

  const hold = (session: Session): Session => {
    open.set(session.id, session);
    let running = isActive(session.transcript.head);
    session.subscribe(update => {
      if (!('live' in update) && running !== isActive(session.transcript.head)) {
        running = !running;
        noteRunning(session.id, running);
      }
      for (const listener of updated) listener(session, update);
    });
    return session;
  };
  const noteRunning = (id: string, running: boolean) => {
    if (closing) return;
    const others = (memory.get<string[]>(RUNNING) ?? []).filter(other => other !== id);
    void memory.update(RUNNING, running ? [...others, id] : others);
  };
  const show = (session: Session | undefined) => {
    const before = shown;
    shown = session;
    void memory.update(SHOWN, session?.id);
    if (before && before !== session) letGo(before);
    for (const listener of switched) listener();
    if (session?.readOnly) void watch(session);
  };
  /** Closes a session once it neither runs nor shows. */
  const letGo = (session: Session) => {
    void session.settled().then(async () => {
      if (session === shown || session.running || open.get(session.id) !== session) return;
      open.delete(session.id);
      await session.close();
    });
  };
  const openById = async (id: string) => open.get(id) ?? hold(await (await options.sessions()).open(id));

  /** Another window holds it: look again until it is free (or shown no more), so that what is shown is up to date. */
  const watch = async (session: Session): Promise<void> => {
    await new Promise(resolve => setTimeout(resolve, options.pollMs ?? 3_000));
    if (closing) return;
    await inOrder(async () => {
      if (session !== shown) return;
      open.delete(session.id);
      await session.close();
      const next = await openById(session.id);
      if (looksLike(session, next)) {
        shown = next;
        void watch(next);
      } else {
        show(next);
        await goOn(next);
      }
    });
  };

  const useCurrentBackend = async (session: Session) => {
    const { backend } = options.settings();
    if (!session.running && !sameBackend(session.transcript.head.backend, backend))
      await session.setBackend(await options.served(backend));
  };

  /** A run that this window had going when it went away goes on. */
  const goOn = async (session: Session) => {
    const wasRunning = memory.get<string[]>(RUNNING)?.includes(session.id);
    if (!wasRunning || session.readOnly || options.refusal(session)) return;
    if (!session.interrupted) return noteRunning(session.id, session.running);
    if (options.settings().resume === 'auto') return resume(session);
    noteRunning(session.id, false);
    options.offerToGoOn(() => inOrder(() => resume(session)));
  };
  const resume = async (session: Session) => {
    const refusal = options.refusal(session);
    if (refusal) throw new Refused(refusal);
    await useCurrentBackend(session);
    await session.resume();
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
      return [...open.values()].filter(session => session.running);
    },
    get mode(): ApprovalMode {
      return shown?.transcript.head.mode ?? nextMode ?? options.settings().mode;
    },
    onUpdate: (listener: (session: Session, update: SessionUpdate) => void) => void updated.add(listener),
    /** Another session (or none) is shown, or the shown one was read again. */
    onSwitch: (listener: () => void) => void switched.add(listener),
    /** Whether a run waits to go on: cheap, opens nothing. */
    get interrupted() {
      return (memory.get<string[]>(RUNNING) ?? []).length > 0;
    },

    /** Brings back the session that was shown, and what ran. */
    restore: () =>
      inOrder(async () => {
        const id = memory.get<string>(SHOWN);
        const running = (memory.get<string[]>(RUNNING) ?? []).filter(other => other !== id);
        if (id) {
          const session = await openById(id).catch(async error => {
            await memory.update(SHOWN, undefined);
            noteRunning(id, false);
            throw error;
          });
          show(session);
          await goOn(session);
        }
        for (const other of running) {
          const session = await openById(other);
          await goOn(session);
          letGo(session);
        }
      }),

    send: (text: string, context: ContextItem[]) =>
      inOrder(async () => {
        const refusal = options.refusal(shown);
        if (refusal) throw new Refused(refusal);
        if (!text.trim()) throw new Refused('Describe a task first.');
        const { backend, mode } = options.settings();
        if (shown) await useCurrentBackend(writable(shown));
        else {
          const sessions = await options.sessions();
          show(
            hold(await sessions.start({ backend: await options.served(backend), mode: nextMode ?? mode })),
          );
          nextMode = undefined;
        }
        await shown!.send(text, context);
      }),

    /** The next message starts a session. What runs goes on behind. */
    startFresh: () => inOrder(async () => show(undefined)),
    open: (id: string) =>
      inOrder(async () => {
        if (id !== shown?.id) show(await openById(id));
      }),
    async list() {
      const listed = await (await options.sessions()).list();
      return listed.map(entry => ({ ...entry, running: open.get(entry.id)?.running ?? entry.running }));
    },

    async stop() {
      await shown?.stop();
    },
    resume: () => inOrder(() => resume(writable(shown))),
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
        if (shown && !shown.readOnly && !options.refusal(shown)) await useCurrentBackend(shown);
      }),

    /** The window goes away. What ran is remembered as running, and goes on after a reload. */
    async close() {
      closing = true;
      await Promise.allSettled([...open.values()].map(session => session.close()));
    },
  };
}

const looksLike = (a: Session, b: Session) =>
  a.readOnly === b.readOnly &&
  a.transcript.items.length === b.transcript.items.length &&
  a.transcript.head.step === b.transcript.head.step &&
  a.transcript.head.status === b.transcript.head.status;

const isActive = (head: SessionHead) => head.status === 'running' || head.status === 'waiting';

/** `now`: what the settings say; without a model, the session keeps its own. */
const sameBackend = (a: Backend, now: Backend) =>
  a.baseUrl === now.baseUrl &&
  (!now.model || a.model === now.model) &&
  a.profile === now.profile &&
  a.standIn === now.standIn;
