/** Replaces a file whole or not at all; a crash at any moment leaves the old bytes or the new ones. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  linkSync,
  openSync,
  renameSync,
  type Stats,
  write,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, toHostError } from './fileErrors.ts';
import { inDirectoryOf } from './heldDirectory.ts';
import { HostError } from './host.ts';
import { readBytes } from './readBytes.ts';
import { temporarily } from './temporaryFile.ts';
import { hashOf } from './textFormat.ts';

// What waits for the disk goes on beside everything else; what only changes names is done sooner than it could be handed over.
const sync = promisify(fsync);
const writeSome = promisify(write);

/**
 * `expect`: the hash the file must have at the moment of the replacement, null when there must be none. Throws
 * HostError `changed` when it is another, or when a directory of the path below one of `roots` is a link; then nothing
 * is written, here or elsewhere.
 */
export async function atomicWrite(
  file: string,
  bytes: Buffer,
  expect: string | null,
  roots: readonly string[] = [],
): Promise<void> {
  try {
    await inDirectoryOf(file, roots, expect === null, directory =>
      writeWithin(directory, file, bytes, expect),
    );
  } catch (error) {
    throw toHostError(error, file);
  }
}

/** `directory`: the file's, by a name that cannot be led elsewhere. */
async function writeWithin(
  directory: string,
  file: string,
  bytes: Buffer,
  expect: string | null,
): Promise<void> {
  const place = path.join(directory, path.basename(file));
  const old = await demand(place, file, expect);
  // A rename would replace a write-protected file without asking.
  if (old) accessSync(place, constants.W_OK);
  await temporarily(
    name => path.join(directory, name),
    async temporary => {
      await writeDurably(temporary, bytes, old);
      await demand(place, file, expect);
      await (expect === null ? placeNew(temporary, place, file) : replace(temporary, place));
    },
  );
  await syncDirectory(directory);
}

/** The file's metadata when it is what `expect` says; undefined when there is, rightly, none. */
async function demand(place: string, file: string, expect: string | null): Promise<Stats | undefined> {
  try {
    const { bytes, stats } = await readBytes(place, Number.MAX_SAFE_INTEGER, file);
    if (hashOf(bytes) === expect) return stats;
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'notFound') throw error;
    if (expect === null) return undefined;
  }
  throw changed(file);
}

function changed(file: string): HostError {
  return new HostError('changed', `${file} is no longer what it was`);
}

async function writeDurably(file: string, bytes: Buffer, like: Stats | undefined): Promise<void> {
  const opened = openSync(file, 'wx', 0o666);
  try {
    if (like) keepOwnerAndMode(opened, like);
    for (let done = 0; done < bytes.length; )
      done += (await writeSome(opened, bytes, done, bytes.length - done)).bytesWritten;
    await sync(opened);
  } finally {
    closeSync(opened);
  }
}

function keepOwnerAndMode(opened: number, like: Stats): void {
  const { uid, gid } = fstatSync(opened);
  if (uid !== like.uid || gid !== like.gid) {
    try {
      fchownSync(opened, like.uid, like.gid);
    } catch {
      // Only root may give files away; for everyone else the owner is the same already, or cannot be kept.
    }
  }
  fchmodSync(opened, like.mode & 0o7777);
}

/** Unlike a rename, a link never replaces what appeared there meanwhile. */
async function placeNew(temporary: string, place: string, file: string): Promise<void> {
  try {
    linkSync(temporary, place);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') throw changed(file);
    // File systems without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    await replace(temporary, place);
  }
}

async function replace(temporary: string, place: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return renameSync(temporary, place);
    } catch (error) {
      // Windows: a scanner or an editor holds the file for a moment.
      if (process.platform !== 'win32' || attempt === 5) throw error;
      await delay(50 * attempt);
    }
  }
}

/** Makes the new name itself durable. Windows cannot open directories. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = openSync(directory, constants.O_RDONLY);
  try {
    await sync(opened);
  } finally {
    closeSync(opened);
  }
}
