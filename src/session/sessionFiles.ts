/**
 * Where sessions lie, and the list of them.
 *
 *     <stateDir>/sessions/<id>/log            the truth
 *                              log.cut-<n>    torn tails that were cut off
 *                              lock.<n>       who writes
 *                              blobs/<sha256> long texts
 *                              spool/         full outputs of commands
 *                              reserve        space for a full disk, while it is open
 *                              summary.json   what the list shows; can be deleted
 */
import path from 'node:path';
import type { SessionSummary } from '../protocol/view.ts';
import { type Disk, realDisk } from './disk.ts';
import { codeOf, fileFailure, SessionError } from './error.ts';
import { acquireLock, lockHolder } from './lock.ts';
import { summarize } from './summary.ts';

export interface SessionPaths {
  directory: string;
  log: string;
  lock: string;
  blobs: string;
  spool: string;
}

export interface SessionFiles {
  /** Throws SessionError for an id that could not be one of ours, whoever sent it. */
  paths(id: string): SessionPaths;
  /** The directories of a new session, durable. */
  create(id: string): Promise<SessionPaths>;
  exists(id: string): Promise<boolean>;
  /** The newest first. Throws SessionError. Reads only what was appended since the last listing. */
  list(): Promise<SessionSummary[]>;
  /** Throws SessionError when it is open somewhere. */
  remove(id: string): Promise<void>;
}

/** No dots, no separators: an id can name nothing outside the directory of sessions. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const AT_ONCE = 16;

export function sessionFiles(stateDir: string, disk: Disk = realDisk): SessionFiles {
  const root = path.join(stateDir, 'sessions');

  function paths(id: string): SessionPaths {
    if (!ID.test(id)) throw new SessionError('notFound', 'There is no such session.');
    const directory = path.join(root, id);
    const of = (name: string) => path.join(directory, name);
    return { directory, log: of('log'), lock: of('lock'), blobs: of('blobs'), spool: of('spool') };
  }

  async function summary(id: string): Promise<SessionSummary | undefined> {
    const { directory, log, lock } = paths(id);
    const found = await summarize(disk, log, path.join(directory, 'summary.json'));
    if (!found) return undefined;
    const { title, updatedAt, turnOpen } = found;
    return { id, title, updatedAt, running: turnOpen && (await lockHolder(disk, lock)) !== undefined };
  }

  return {
    paths,
    async create(id) {
      const made = paths(id);
      try {
        await disk.makeDirectory(made.blobs);
        await disk.makeDirectory(made.spool);
        for (const parent of [made.directory, root, stateDir, path.dirname(stateDir)])
          await disk.syncDirectory(parent);
      } catch (cause) {
        throw fileFailure('create the session', cause);
      }
      return made;
    },
    async exists(id) {
      return ID.test(id) && (await disk.stat(paths(id).log)) !== undefined;
    },
    async list() {
      const names = await disk.list(root).catch(cause => {
        throw fileFailure('list the sessions', cause);
      });
      const ids = names.filter(id => ID.test(id));
      const found: SessionSummary[] = [];
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = await Promise.all(
          ids.slice(at, at + AT_ONCE).map(id => summary(id).catch(unreadable(id))),
        );
        found.push(...some.filter(s => s !== undefined));
      }
      return found.sort((a, b) => b.updatedAt - a.updatedAt);
    },
    async remove(id) {
      const { directory, lock } = paths(id);
      if (!(await disk.stat(directory))) throw new SessionError('notFound', 'There is no such session.');
      const taken = await acquireLock(disk, lock);
      if ('heldBy' in taken) {
        throw new SessionError(
          'locked',
          'This session is open in another window. Close it there, then delete it.',
        );
      }
      // Out of sight in one move: what is half deleted must not look like a session.
      const gone = path.join(root, `.deleted-${id}`);
      try {
        await disk.rename(directory, gone);
        await disk.remove(gone);
      } catch (cause) {
        throw fileFailure('delete the session', cause);
      } finally {
        await taken.release();
      }
    },
  };
}

/** One bad session must not hide the others, nor vanish. */
function unreadable(id: string): (cause: unknown) => SessionSummary {
  return cause => ({ id, title: `Cannot be read (${codeOf(cause) ?? cause})`, updatedAt: 0, running: false });
}
