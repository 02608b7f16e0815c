/** Which sessions this window has open, and which of them run: remembered, so that they come back after a reload. */
import type { SessionHead } from '../../protocol/transcript.ts';
import type { Session, Sessions, SessionUpdate } from '../../session/sessions.ts';

/** The part of vscode.Memento that is used: kept per workspace, survives a reload of the window. */
export interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): Thenable<void>;
}
const RUNNING = 'ascent.running';

export type OpenSessions = ReturnType<typeof createOpenSessions>;

export function createOpenSessions(sessions: () => Promise<Sessions>, memory: Memory) {
  /** The shown one, and those that still run. */
  const open = new Map<string, Session>();
  const listeners = new Set<(session: Session, update: SessionUpdate) => void>();
  const holding = new Set<(session: Session) => void>();
  let closing = false;

  const noteRunning = (id: string, running: boolean) => {
    if (closing) return;
    const others = (memory.get<string[]>(RUNNING) ?? []).filter(other => other !== id);
    void memory.update(RUNNING, running ? [...others, id] : others);
  };
  const hold = (session: Session): Session => {
    open.set(session.id, session);
    let running = isActive(session.transcript.head);
    session.subscribe(update => {
      if (!session.readOnly && !('live' in update) && running !== isActive(session.transcript.head)) {
        running = !running;
        noteRunning(session.id, running);
      }
      for (const listener of listeners) listener(session, update);
    });
    for (const listener of holding) listener(session);
    return session;
  };
  const close = async (session: Session): Promise<void> => {
    open.delete(session.id);
    await session.close();
  };

  return {
    hold,
    get: (id: string) => open.get(id),
    /** It is open here, and the window is not going away. */
    holds: (session: Session) => !closing && open.get(session.id) === session,
    async open(id: string): Promise<Session> {
      return open.get(id) ?? hold(await (await sessions()).open(id));
    },
    /** Closes it, whatever it does. */
    close,
    /** Closes it once it runs no more, unless it is `wanted` by then. */
    closeWhenDone(session: Session, wanted: () => boolean): void {
      void session.settled().then(async () => {
        if (wanted() || session.running || open.get(session.id) !== session) return;
        await close(session);
      });
    },
    get running(): Session[] {
      return [...open.values()].filter(session => session.running);
    },
    /** Each session that was opened, once. */
    onHeld: (listener: (session: Session) => void) => void holding.add(listener),
    onUpdate: (listener: (session: Session, update: SessionUpdate) => void) => void listeners.add(listener),
    /** Sessions that ran when this window was last seen: cheap, opens nothing. */
    get ran(): readonly string[] {
      return memory.get<string[]>(RUNNING) ?? [];
    },
    noteRunning,
    /** The window goes away. What ran is remembered as running. */
    async closeAll(): Promise<void> {
      closing = true;
      await Promise.allSettled([...open.values()].map(session => session.close()));
    },
  };
}

/** It runs, here or where it is held. */
export const isActive = (head: SessionHead) => head.status === 'running' || head.status === 'waiting';
