/** Sessions that move between this window and other processes: taken over when they are free, handed over when asked. */
import type { Session } from '../../session/sessions.ts';
import type { GoingOn } from './goingOn.ts';
import { isActive, type OpenSessions } from './openSessions.ts';
import { Refused } from './refused.ts';

export interface MovingOptions {
  open: OpenSessions;
  goingOn: GoingOn;
  inOrder<T>(work: () => Promise<T>): Promise<T>;
  isShown(session: Session): boolean;
  show(session: Session): void;
  letGo(session: Session): void;
  /** Does it, and tells the person when it fails. */
  attempt(what: string, work: () => Promise<void>): Promise<void>;
}

export function createMoving(options: MovingOptions) {
  const { open, goingOn, inOrder, isShown, show, letGo, attempt } = options;
  /** Whoever has it now, it is looked at as it is, in the same place; what is wanted of it then comes first. */
  const openAgain = async (
    before: Session,
    then: (next: Session) => Promise<void> = async () => {},
  ): Promise<void> => {
    const next = await open.open(before.id);
    if (isShown(next)) show(next);
    await then(next);
    if (!isShown(next)) letGo(next);
  };

  const whenFreed = async (session: Session): Promise<void> => {
    if (!open.holds(session)) return;
    const wasActive = isActive(session.transcript.head) || open.ran.includes(session.id);
    await open.close(session);
    if (isShown(session) || wasActive) await openAgain(session, wasActive ? goingOn.byItself : undefined);
  };

  const whenWanted = async (session: Session): Promise<void> => {
    if (!open.holds(session)) return;
    const { running } = session;
    await open.close(session);
    open.noteRunning(session.id, false);
    // What ran goes on here only if whoever asked did not come.
    if (isShown(session)) await openAgain(session, running ? goingOn.byItself : undefined);
  };

  open.onHeld(session => {
    const again = (work: (session: Session) => Promise<void>) =>
      void attempt('Open the session again', () => inOrder(() => work(session)));
    if (session.held) void session.held.freed.then(() => again(whenFreed));
    else session.onWanted(() => again(whenWanted));
  });

  /** Asks the process that holds the session for it; what ran there goes on here. */
  const takeOver = async (session: Session): Promise<void> => {
    const { held } = session;
    if (!held) return;
    const wasActive = isActive(session.transcript.head);
    await held.handOver();
    await open.close(session);
    await openAgain(session, async next => {
      if (wasActive && next.interrupted) await goingOn.resume(next);
    });
  };

  return {
    takeOver,
    /** `start` starts the process that goes on with the closed session, and resolves when that one holds it. */
    async toBackground(session: Session, start: () => Promise<void>): Promise<void> {
      const { running, interrupted, transcript } = session;
      if (!running && !interrupted && transcript.head.status === 'idle')
        throw new Refused('There is nothing to go on with: the last turn is done. Send a task first.');
      if (transcript.head.pending.length)
        throw new Refused('It waits for your answer. Answer first, then continue it in the background.');
      await open.close(session);
      // It is this window's run all the same: when it comes back with a question, or its process is gone, it goes on here.
      open.noteRunning(session.id, true);
      try {
        await start();
      } finally {
        await openAgain(session, running ? goingOn.byItself : undefined);
      }
    },
  };
}
