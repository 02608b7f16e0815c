/** Going on with a turn that was cut short: by itself after a reload, or because a person wants it. */
import type { Backend } from '../../protocol/events.ts';
import type { Session } from '../../session/sessions.ts';
import type { Settings } from '../settings.ts';
import type { OpenSessions } from './openSessions.ts';
import { Refused } from './refused.ts';

export interface GoingOnOptions {
  open: OpenSessions;
  settings(): Settings;
  /** The settings' backend, with the model it serves where nobody named one. */
  served(backend: Backend): Promise<Backend>;
  /** Why nothing may be sent now, if so. */
  refusal(session: Session | undefined): string | undefined;
  /** With the setting `resume: ask`: offers to go on with a run that was cut short. */
  offerToGoOn(goOn: () => Promise<void>): void;
  inOrder<T>(work: () => Promise<T>): Promise<T>;
}

export type GoingOn = ReturnType<typeof createGoingOn>;

export function createGoingOn({ open, settings, served, refusal, offerToGoOn, inOrder }: GoingOnOptions) {
  const useCurrentBackend = async (session: Session) => {
    const { backend } = settings();
    if (!session.running && !sameBackend(session.transcript.head.backend, backend))
      await session.setBackend(await served(backend));
  };
  const resume = async (session: Session) => {
    const why = refusal(session);
    if (why) throw new Refused(why);
    await useCurrentBackend(session);
    await session.resume();
  };
  /** What ran, here before a reload or in another process that is gone, goes on as the setting says. */
  const byItself = async (session: Session): Promise<void> => {
    if (session.readOnly || refusal(session)) return;
    if (!session.interrupted) return open.noteRunning(session.id, session.running);
    if (settings().resume === 'auto') return resume(session);
    open.noteRunning(session.id, false);
    offerToGoOn(() => inOrder(() => resume(session)));
  };
  return {
    useCurrentBackend,
    resume,
    byItself,
    async afterReload(session: Session): Promise<void> {
      if (open.ran.includes(session.id)) await byItself(session);
    },
  };
}

/** `now`: what the settings say; without a model, the session keeps its own. */
const sameBackend = (a: Backend, now: Backend) =>
  a.baseUrl === now.baseUrl &&
  (!now.model || a.model === now.model) &&
  a.profile === now.profile &&
  a.standIn === now.standIn;
