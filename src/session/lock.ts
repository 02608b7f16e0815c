/**
 * One writer per session.
 *
 * The lock is a file `<path>.<n>`, created exclusively; the highest n counts. To take over from an owner that is gone
 * means to create n + 1, which only one of any number of racers can do; nobody ever deletes or changes what another
 * might have just created. Giving back empties the owner's own file, so that n never falls while anybody looks.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Disk } from './disk.ts';
import { codeOf } from './error.ts';
import { livenessOf, type ProcessIdentity, thisProcess } from './processes.ts';

export interface Holder {
  pid: number;
  /** Milliseconds since the epoch. */
  since: number;
}

export interface Lock {
  /** Aborted when the lock was lost: another machine, which could not see us live, took it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

interface Owner extends ProcessIdentity {
  token: string;
  since: number;
}

/** The owner's file is touched this often, for those who cannot see its process. Milliseconds. */
const BEAT_MS = 20_000;
/** An owner on another machine or in another container is held to be gone after this long without a beat. */
const SILENCE_MS = 120_000;
/** A file that says nothing yet: its owner is writing it, or died doing so. */
const WRITING_MS = 5_000;

/** `path`: where the lock's files lie, without their number. */
export async function acquireLock(disk: Disk, lockPath: string): Promise<Lock | { heldBy: Holder }> {
  for (;;) {
    const now = Date.now();
    const newest = await newestOf(disk, lockPath);
    const holder = newest > 0 ? await holderOf(disk, `${lockPath}.${newest}`, now) : undefined;
    if (holder) return { heldBy: holder };
    const mine = newest + 1;
    const owner: Owner = { ...thisProcess(), token: randomUUID(), since: now };
    if (!(await create(disk, `${lockPath}.${mine}`, owner))) continue;
    // A listing made while others came and went may have missed a higher one.
    if ((await newestOf(disk, lockPath)) > mine) {
      await disk.remove(`${lockPath}.${mine}`);
      continue;
    }
    await removeBelow(disk, lockPath, mine);
    return heldLock(disk, `${lockPath}.${mine}`, owner);
  }
}

/** Who holds it now, without taking it. */
export async function lockHolder(disk: Disk, lockPath: string): Promise<Holder | undefined> {
  const newest = await newestOf(disk, lockPath);
  return newest > 0 ? holderOf(disk, `${lockPath}.${newest}`, Date.now()) : undefined;
}

function heldLock(disk: Disk, file: string, owner: Owner): Lock {
  const lost = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beating = beat();
  }, BEAT_MS);
  timer.unref();

  async function beat(): Promise<void> {
    try {
      if (await isOurs()) return await overwrite(disk, file, encode(owner));
      clearInterval(timer);
      lost.abort();
    } catch {
      // A disk that fails now says nothing about who holds the lock; the next beat looks again.
    }
  }
  const isOurs = async () => (await ownerIn(disk, file))?.token === owner.token;

  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await beating;
      if (await isOurs()) await overwrite(disk, file, Buffer.from(FREE));
    },
  };
}

const FREE = '{}';
const encode = (owner: Owner) => Buffer.from(JSON.stringify(owner));

async function newestOf(disk: Disk, lockPath: string): Promise<number> {
  return Math.max(0, ...(await numbers(disk, lockPath)));
}

async function numbers(disk: Disk, lockPath: string): Promise<number[]> {
  const prefix = `${path.basename(lockPath)}.`;
  const names = await disk.list(path.dirname(lockPath));
  const found = names.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length));
  return found.filter(n => /^\d{1,9}$/.test(n)).map(Number);
}

async function create(disk: Disk, file: string, owner: Owner): Promise<boolean> {
  try {
    const created = await disk.open(file, 'exclusive');
    created.write(encode(owner), 0);
    await created.close();
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

async function overwrite(disk: Disk, file: string, bytes: Buffer): Promise<void> {
  const opened = await disk.open(file, 'existing');
  opened.write(bytes, 0);
  await opened.truncate(bytes.length);
  await opened.close();
}

async function removeBelow(disk: Disk, lockPath: string, mine: number): Promise<void> {
  for (const n of await numbers(disk, lockPath)) if (n < mine) await disk.remove(`${lockPath}.${n}`);
}

/** The living owner that a lock file names. */
async function holderOf(disk: Disk, file: string, now: number): Promise<Holder | undefined> {
  const stat = await disk.stat(file);
  const bytes = await disk.read(file);
  if (!stat || !bytes || bytes.toString() === FREE) return undefined;
  const owner = decode(bytes);
  const silence = now - stat.modifiedAt;
  if (!owner) return silence < WRITING_MS ? { pid: 0, since: stat.modifiedAt } : undefined;
  const liveness = livenessOf(owner, owner.since, now);
  const holds = liveness === 'unknown' ? silence < SILENCE_MS : liveness === 'alive';
  return holds ? { pid: owner.pid, since: owner.since } : undefined;
}

async function ownerIn(disk: Disk, file: string): Promise<Owner | undefined> {
  const bytes = await disk.read(file);
  return bytes && decode(bytes);
}

function decode(bytes: Buffer): Owner | undefined {
  try {
    const owner = JSON.parse(bytes.toString());
    return typeof owner?.token === 'string' && typeof owner.pid === 'number' ? owner : undefined;
  } catch {
    return undefined;
  }
}
