/** From a session's name or an exported file to its replay in the view. */
import { openLog } from '../../session/eventLog.ts';
import { isImported } from '../../session/ids.ts';
import { type SessionFiles, sessionFiles } from '../../session/sessionFiles.ts';
import { defaultStateDir } from '../../session/stateDir.ts';
import type { App } from '../app.ts';
import { Refused } from './refused.ts';

/** Sessions on the disk, without anything that could run one: works in every window. */
export const storedSessions = (): SessionFiles => sessionFiles(defaultStateDir(process.env));

export async function eventsOf(id: string) {
  const files = storedSessions();
  if (!(await files.exists(id))) throw new Refused('This session is not there any more.');
  return (await openLog(files.paths(id).directory, { write: false })).events;
}

export async function openReplay(app: App, id: string): Promise<void> {
  app.replays.open(await eventsOf(id), { id, imported: isImported(id) });
  await app.view.focus();
}
