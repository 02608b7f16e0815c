import type { Backend } from './events.ts';

/** Whether what is wanted `now` is what a session talks to: without a model, the session keeps its own. */
export const sameBackend = (session: Backend, now: Backend): boolean =>
  session.baseUrl === now.baseUrl &&
  (!now.model || session.model === now.model) &&
  session.profile === now.profile &&
  session.standIn === now.standIn;
