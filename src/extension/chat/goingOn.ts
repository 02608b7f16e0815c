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
  return {
    useCurrentBackend,
    resume,
    /** A run that this window had going when it went away goes on. */
    async afterReload(session: Session): Promise<void> {
      const wasRunning = open.ran.includes(session.id);
      if (!wasRunning || session.readOnly || refusal(session)) return;
      if (!session.interrupted) return open.noteRunning(session.id, session.running);
      if (settings().resume === 'auto') return resume(session);
      open.noteRunning(session.id, false);
      offerToGoOn(() => inOrder(() => resume(session)));
    },
  };
}

/** `now`: what the settings say; without a model, the session keeps its own. */
const sameBackend = (a: Backend, now: Backend) =>
  a.baseUrl === now.baseUrl &&
  (!now.model || a.model === now.model) &&
  a.profile === now.profile &&
  a.standIn === now.standIn;
