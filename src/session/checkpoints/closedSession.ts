/** Restoring in a session that nobody has open: its log is locked, read, written and closed again. */
import { realDisk } from '../disk.ts';
import { SessionError } from '../error.ts';
import { openLog } from '../eventLog.ts';
import { heldBy } from '../heldText.ts';
import { IMPORTED_READ_ONLY, isImported } from '../ids.ts';
import { acquireLock } from '../lock.ts';
import { sessionFiles } from '../sessionFiles.ts';
import { CheckpointFold } from './fold.ts';
import { createRestoring, type Restoring } from './restore.ts';
import { createTaking } from './taking.ts';

/** What the log says, without a lock. Throws SessionError `notFound`. */
export async function readCheckpoints(stateDir: string, id: string): Promise<CheckpointFold> {
  const files = sessionFiles(stateDir);
  refuseImported(id);
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const fold = new CheckpointFold();
  for (const event of (await openLog(files.paths(id).directory, { write: false })).events) fold.apply(event);
  return fold;
}

/** Its log could name states of folders that are ours. */
function refuseImported(id: string): void {
  if (isImported(id)) throw new SessionError('readOnly', IMPORTED_READ_ONLY);
}

/** Throws SessionError `locked` while it is open elsewhere. */
export async function withClosedSession<T>(
  stateDir: string,
  id: string,
  work: (restoring: Restoring) => Promise<T>,
): Promise<T> {
  const files = sessionFiles(stateDir);
  refuseImported(id);
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const { directory, lock } = files.paths(id);
  const taken = await acquireLock(realDisk, lock);
  if ('heldBy' in taken)
    throw new SessionError('locked', `${heldBy(taken.heldBy)}. Restore there, or close it there first.`);
  try {
    const log = await openLog(directory, { write: true });
    const fold = new CheckpointFold();
    for (const event of log.events) fold.apply(event);
    // The newest checkpoint lacks a folder that was gone when it was taken.
    const roots = [...new Set(fold.taken.flatMap(({ roots }) => roots.map(({ root }) => root)))];
    const taking = createTaking({ stateDir, session: id, roots: () => roots, fold });
    const record = async (event: Parameters<typeof log.append>[0]) =>
      fold.apply(await log.append(event, 'synced'));
    try {
      return await work(createRestoring({ fold, taking, now: Date.now, record }));
    } finally {
      await taking.close();
      await log.close();
    }
  } finally {
    await taken.release();
  }
}
