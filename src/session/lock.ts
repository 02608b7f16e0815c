/**
 * One writer per session.
 *
 * The lock is a file `<path>.<n>`, created exclusively; the highest n counts. To take over from an owner that is gone
 * means to create n + 1, which only one of any number of racers can do; nobody ever deletes or changes what another
 * might have just created. Giving back strikes out the owner's own file, and the file before one's own stays, so that n
 * never falls, and a listing made while others come and go cannot miss both the old number and the new.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { isThisProcess, livenessOf, type ProcessIdentity, thisProcess } from '../host/processes.ts';
import type { Disk } from './disk.ts';
import { codeOf, fileFailure } from './error.ts';
import { clearRequests, reservedFor } from './requests.ts';

/** What holds a session: a window of the editor, a command line, or a command line that runs by itself. */
export type HolderKind = 'window' | 'terminal' | 'background';

export interface Holder {
  /** 0: not known yet. */
  pid: number;
  /** Milliseconds since the epoch. */
  since: number;
  kind: HolderKind;
  /** The number of its lock; requests to it carry the number. */
  number: number;
  /** It is this very process. */
  here: boolean;
}

export interface Lock {
  /** Requests to its holder carry it. */
  readonly number: number;
  /** Aborted when the lock was lost: another machine, which could not see us live, took it. */
  readonly lost: AbortSignal;
  /** Throws SessionError when others may not see that it is free. */
  release(): Promise<void>;
}

interface Owner extends ProcessIdentity {
  token: string;
  since: number;
  kind: HolderKind;
}

/** The owner's file is touched this often, for those who cannot see its process. Milliseconds. */
const BEAT_MS = 20_000;
/** An owner on another machine or in another container is held to be gone after this long without a beat. */
const SILENCE_MS = 120_000;
/** A file that says nothing yet: its owner is writing it, or died doing so. */
const WRITING_MS = 5_000;

/** Tokens of the locks this process holds: it knows about itself better than its files do. */
const held = new Set<string>();

/** `lockPath`: where the lock's files lie, without their number. Throws SessionError. */
export async function acquireLock(
  disk: Disk,
  lockPath: string,
  kind: HolderKind = 'terminal',
): Promise<Lock | { heldBy: Holder }> {
  try {
    return await takeLock(disk, lockPath, kind);
  } catch (cause) {
    throw fileFailure('lock the session', cause);
  }
}

async function takeLock(disk: Disk, lockPath: string, kind: HolderKind): Promise<Lock | { heldBy: Holder }> {
  for (;;) {
    const now = Date.now();
    const newest = await newestOf(disk, lockPath);
    const holder = await holderOf(disk, lockPath, newest, now);
    if (holder) return { heldBy: holder };
    const mine = newest + 1;
    const owner: Owner = { ...thisProcess(), token: randomUUID(), since: now, kind };
    let taken = false;
    // Ours before anybody can see it, or a second window of this process would take it for left over.
    held.add(owner.token);
    try {
      // The listing above may be older than several takings by others: look again.
      taken = (await create(disk, `${lockPath}.${mine}`, owner)) && (await isNewest(disk, lockPath, mine));
    } finally {
      if (!taken) held.delete(owner.token);
    }
    if (!taken) continue;
    await clearRequests(disk, lockPath, mine).catch(() => {});
    return heldLock(disk, lockPath, mine, owner);
  }
}

/** Who holds it now, without taking it. */
export async function lockHolder(disk: Disk, lockPath: string): Promise<Holder | undefined> {
  return holderOf(disk, lockPath, await newestOf(disk, lockPath), Date.now());
}

function heldLock(disk: Disk, lockPath: string, mine: number, owner: Owner): Lock {
  const file = `${lockPath}.${mine}`;
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
  async function isOurs(): Promise<boolean> {
    return (await newestOf(disk, lockPath)) === mine && (await ownerIn(disk, file))?.token === owner.token;
  }

  return {
    number: mine,
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await beating;
      held.delete(owner.token);
      try {
        if (await isOurs()) await overwrite(disk, file, Buffer.from(FREE));
      } catch (cause) {
        throw fileFailure('unlock the session', cause);
      }
    },
  };
}

/** How the file of a free lock begins, and no owner's; what follows it is left of the owner's. */
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
    try {
      created.write(encode(owner), 0);
    } finally {
      await created.close();
    }
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    // Or others would see us hold it for as long as we live.
    await disk.remove(file).catch(() => {});
    throw cause;
  }
}

/** Gives `mine` up when it is not; tidies up when it is. */
async function isNewest(disk: Disk, lockPath: string, mine: number): Promise<boolean> {
  const giveUp = () => disk.remove(`${lockPath}.${mine}`);
  let found: number[];
  try {
    found = await numbers(disk, lockPath);
  } catch (cause) {
    await giveUp().catch(() => {});
    throw cause;
  }
  if (Math.max(...found) > mine) {
    await giveUp();
    return false;
  }
  // Left over, they do no harm.
  for (const n of found) if (n < mine - 1) await disk.remove(`${lockPath}.${n}`).catch(() => {});
  return true;
}

/** Cuts nothing off: a second call could fail after the first. */
async function overwrite(disk: Disk, file: string, bytes: Buffer): Promise<void> {
  const opened = await disk.open(file, 'existing');
  try {
    opened.write(bytes, 0);
  } finally {
    await opened.close();
  }
}

/** The living owner that the lock file `n` names, or the one that a free lock is kept for. */
async function holderOf(disk: Disk, lockPath: string, n: number, now: number): Promise<Holder | undefined> {
  if (n === 0) return undefined;
  const file = `${lockPath}.${n}`;
  const stat = await disk.stat(file);
  const bytes = await disk.read(file);
  if (!stat || !bytes) return undefined;
  const owner = decode(bytes);
  const silence = now - stat.modifiedAt;
  if (!owner && !bytes.toString().startsWith(FREE) && silence < WRITING_MS)
    return { pid: 0, since: stat.modifiedAt, kind: 'window', number: n, here: false };
  const here = owner !== undefined && isThisProcess(owner);
  if (owner && holds(owner, here, silence, now))
    return { pid: owner.pid, since: owner.since, kind: owner.kind ?? 'window', number: n, here };
  const next = await reservedFor(disk, lockPath, n, now);
  return next && { ...next, kind: 'window', number: n, here: false };
}

function holds(owner: Owner, here: boolean, silence: number, now: number): boolean {
  if (here) return held.has(owner.token);
  const liveness = livenessOf(owner, owner.since, now);
  return liveness === 'unknown' ? silence < SILENCE_MS : liveness === 'alive';
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
