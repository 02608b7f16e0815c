/**
 * Where sessions lie, and the list of them.
 *
 *     <stateDir>/sessions/<id>/log            the truth
 *                              log.cut-<n>    torn tails that were cut off
 *                              lock.<n>       who writes
 *                              handOver.<n>, stop.<n>   what others ask of that one
 *                              background.log what a process in the background printed
 *                              blobs/<sha256> long texts
 *                              spool/         full outputs of commands, and how they ended (docs/adr/0006)
 *                              reserve        space for a full disk, while it is open
 *                              summary.json   what the list shows; can be deleted
 */
import path from 'node:path';
import { addMoney } from '../protocol/ledger.ts';
import type { Money } from '../protocol/message.ts';
import type { SessionSummary } from '../protocol/view.ts';
import { dayOf } from './day.ts';
import { type Disk, realDisk } from './disk.ts';
import { codeOf, fileFailure, SessionError } from './error.ts';
import { heldBy } from './heldText.ts';
import { isImported, isSessionId } from './ids.ts';
import { acquireLock, lockHolder } from './lock.ts';
import { scanRecords } from './record.ts';
import { type Summary, summarize } from './summary.ts';

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
  /** The folders it began with; undefined when that cannot be told. */
  rootsOf(id: string): Promise<readonly string[] | undefined>;
  /** The newest first. Throws SessionError. Reads only what was appended since the last listing. */
  list(): Promise<SessionSummary[]>;
  /**
   * What all sessions paid on a local day (see `dayOf`), and what requests of that day that are still open may cost;
   * one entry per currency. Throws SessionError when a log cannot be read: what it holds may be too much.
   */
  spentOn(day: string): Promise<Money[]>;
  /** Throws SessionError when it is open somewhere. */
  remove(id: string): Promise<void>;
}

const AT_ONCE = 16;

export function sessionFiles(stateDir: string, disk: Disk = realDisk): SessionFiles {
  const root = path.join(stateDir, 'sessions');

  function paths(id: string): SessionPaths {
    if (!isSessionId(id)) throw new SessionError('notFound', 'There is no such session.');
    const directory = path.join(root, id);
    const of = (name: string) => path.join(directory, name);
    return { directory, log: of('log'), lock: of('lock'), blobs: of('blobs'), spool: of('spool') };
  }

  const known = new Map<string, Summary>();
  async function summaryOf(id: string): Promise<Summary | undefined> {
    const { directory, log } = paths(id);
    const found = await summarize(disk, log, path.join(directory, 'summary.json'), known.get(id));
    if (found) known.set(id, found);
    return found;
  }

  async function summary(id: string): Promise<SessionSummary | undefined> {
    const { lock } = paths(id);
    const found = await summaryOf(id);
    if (!found?.begun) return undefined;
    const { title, updatedAt, turnOpen, roots } = found;
    const holder = await lockHolder(disk, lock);
    // A holder that has added nothing opened a session that was cut off, and has not gone on with it.
    const running = turnOpen && holder !== undefined && updatedAt >= holder.since;
    const where = holder && (holder.here ? 'here' : holder.kind);
    return {
      id,
      title,
      updatedAt,
      running,
      ...(where && { where }),
      ...(isImported(id)
        ? { imported: true }
        : { ...(roots.length > 0 && { roots }), ...(turnOpen && !running && { unfinished: true }) }),
    };
  }

  /** What somebody else paid counts for nothing here. */
  const ours = async (id: string) => (isImported(id) ? undefined : summaryOf(id));

  /** For all sessions, a few at once; without those that have nothing to tell. */
  async function each<T>(look: (id: string) => Promise<T | undefined>): Promise<T[]> {
    const found: T[] = [];
    try {
      const ids = (await disk.list(root)).filter(isSessionId);
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = await Promise.all(ids.slice(at, at + AT_ONCE).map(look));
        for (const one of some) if (one !== undefined) found.push(one);
      }
    } catch (cause) {
      throw fileFailure('list the sessions', cause);
    }
    return found;
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
      return isSessionId(id) && (await disk.stat(paths(id).log)) !== undefined;
    },
    async rootsOf(id) {
      const bytes = isSessionId(id) && !isImported(id) ? await disk.read(paths(id).log) : undefined;
      const [first] = bytes ? scanRecords(bytes).records : [];
      if (!bytes || !first) return undefined;
      const event = JSON.parse(bytes.toString('latin1', first.start, first.end));
      return event.type === 'session.started' ? event.roots : undefined;
    },
    async list() {
      const found = await each(id => summary(id).catch(unreadable(id)));
      return found.sort((a, b) => b.updatedAt - a.updatedAt);
    },
    async spentOn(day) {
      let spent: Money[] = [];
      for (const { paid, reserved } of await each(ours)) {
        for (const money of paid[day] ?? []) spent = addMoney(spent, money);
        for (const { at, atMost } of reserved) if (dayOf(at) === day) spent = addMoney(spent, atMost);
      }
      return spent;
    },
    async remove(id) {
      const { directory, lock } = paths(id);
      if (!(await disk.stat(directory))) throw new SessionError('notFound', 'There is no such session.');
      const taken = await acquireLock(disk, lock);
      if ('heldBy' in taken) {
        throw new SessionError('locked', `${heldBy(taken.heldBy)}. Close it there, then delete it.`);
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
