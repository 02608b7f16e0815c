/**
 * What others ask of the process that holds a session: to hand it over, or to stop what runs. A request is a file
 * beside the lock that carries the lock's number, so it can never reach a later holder. The holder is asked, never
 * forced: nothing is taken from a process that lives.
 *
 * While a request to hand over is fresh and whoever asked lives, the freed lock is theirs (`reservedFor`): neither
 * the one who just gave it back nor a third one that waits can slip in between.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { livenessOf, type ProcessIdentity, thisProcess } from '../host/processes.ts';
import type { Disk } from './disk.ts';
import { codeOf } from './error.ts';
import { watchDirectory } from './watchDirectory.ts';

export type Want = 'handOver' | 'stop';
const WANTS: readonly Want[] = ['handOver', 'stop'];

interface Request {
  by: ProcessIdentity;
  /** Milliseconds since the epoch. */
  at: number;
}

/** How long the lock is kept for whoever asked, and a request is worth heeding. Milliseconds. */
const FRESH_MS = 10_000;
/** Where the platform does not tell of new files. Milliseconds. */
const POLL_MS = 1_000;

const fileOf = (lockPath: string, want: Want, n: number) => path.join(path.dirname(lockPath), `${want}.${n}`);

/** `n`: the number of the lock that is held. */
export async function request(disk: Disk, lockPath: string, n: number, want: Want): Promise<void> {
  const asked: Request = { by: thisProcess(), at: Date.now() };
  const target = fileOf(lockPath, want, n);
  // A name of its own: a second click must not find it gone.
  const part = `${target}.${randomUUID()}`;
  const file = await disk.open(part, 'create');
  try {
    file.write(Buffer.from(JSON.stringify(asked)), 0);
  } finally {
    await file.close();
  }
  await disk.rename(part, target).catch(async cause => {
    await disk.remove(part);
    // Cleared by the next holder: this one, who was asked, is gone.
    if (codeOf(cause) !== 'ENOENT') throw cause;
  });
}

export async function withdraw(disk: Disk, lockPath: string, n: number, want: Want): Promise<void> {
  await disk.remove(fileOf(lockPath, want, n));
}

/** The other process that the lock is kept for, once its holder `n` is gone. */
export async function reservedFor(
  disk: Disk,
  lockPath: string,
  n: number,
  now: number,
): Promise<{ pid: number; since: number } | undefined> {
  const asked = await readRequest(disk, fileOf(lockPath, 'handOver', n), now);
  if (!asked || asked.by.pid === process.pid || livenessOf(asked.by, asked.at, now) !== 'alive')
    return undefined;
  return { pid: asked.by.pid, since: asked.at };
}

/** Requests to the holders before `n` are void. */
export async function clearRequests(disk: Disk, lockPath: string, n: number): Promise<void> {
  const directory = path.dirname(lockPath);
  for (const name of await disk.list(directory)) {
    const [, want, number] = /^(\w+)\.(\d{1,9})(?:\.[\da-f-]+)?$/.exec(name) ?? [];
    if (WANTS.some(known => known === want) && Number(number) < n)
      await disk.remove(path.join(directory, name)).catch(() => {});
  }
}

/** Calls back for each request to the holder `n`, until the returned function is called. */
export function listenForRequests(
  disk: Disk,
  lockPath: string,
  n: number,
  on: (want: Want) => void,
): () => void {
  let stopped = false;
  let handed = false;
  const look = async () => {
    for (const want of WANTS) {
      const asked = await readRequest(disk, fileOf(lockPath, want, n), Date.now()).catch(() => undefined);
      if (!asked || stopped) continue;
      // A request to hand over stays: it keeps the lock for who asked.
      if (want === 'stop') await withdraw(disk, lockPath, n, want).catch(() => {});
      else if (handed) continue;
      else handed = true;
      on(want);
    }
  };
  const unwatch = watchDirectory(path.dirname(lockPath), POLL_MS, name => {
    if (name === undefined || WANTS.some(want => name === `${want}.${n}`)) void look();
  });
  return () => {
    stopped = true;
    unwatch();
  };
}

async function readRequest(disk: Disk, file: string, now: number): Promise<Request | undefined> {
  const bytes = await disk.read(file);
  try {
    const asked = bytes && JSON.parse(bytes.toString());
    if (typeof asked?.by?.pid !== 'number' || typeof asked.at !== 'number') return undefined;
    return Math.abs(now - asked.at) < FRESH_MS ? asked : undefined;
  } catch {
    return undefined;
  }
}
