/**
 * A directory that stays what it was found to be, while somebody else swaps its name for a link. On Linux it is held
 * open, reached step by step without following a link, and what lies in it is named through the open directory. Elsewhere
 * the name is looked at before and after: a swap back in between is not noticed there.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './fileErrors.ts';
import { HostError } from './host.ts';

/** Reaches a directory without opening it, so that it need not be readable (open(2)). */
const O_PATH = 0x20_0000;
const canHold = process.platform === 'linux' && existsSync('/proc/self/fd');

/**
 * Calls `use` with a name for the directory of `file` that cannot be led elsewhere. No part of the path below the
 * folder of `roots` that it lies in (or of the whole path) may be a link. `make`: directories that are missing are made.
 * Throws HostError `changed` when a part is a link, and the system's errors.
 */
export async function inDirectoryOf<T>(
  file: string,
  roots: readonly string[],
  make: boolean,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = path.dirname(file);
  const root =
    roots.find(one => directory === one || directory.startsWith(one + path.sep)) ??
    path.parse(directory).root;
  const parts = path.relative(root, directory).split(path.sep).filter(Boolean);
  if (canHold) {
    const held = hold(realpathSync(root), parts, make, file);
    try {
      return await use(`/proc/self/fd/${held}`);
    } finally {
      closeSync(held);
    }
  }
  if (make) mkdirSync(directory, { recursive: true });
  const expected = path.join(realpathSync(root), ...parts);
  demandSame(directory, expected, file);
  const result = await use(directory);
  demandSame(directory, expected, file);
  return result;
}

/** Gives a descriptor that the caller closes. */
function hold(root: string, parts: readonly string[], make: boolean, file: string): number {
  let held = openSync(root, O_PATH | constants.O_DIRECTORY);
  for (const part of parts) {
    const within = held;
    try {
      held = enter(`/proc/self/fd/${within}/${part}`, make);
    } catch (error) {
      throw errorCode(error) === 'ELOOP' ? ledElsewhere(file) : error;
    } finally {
      closeSync(within);
    }
  }
  return held;
}

/** Fails with ELOOP where a link is, with ENOTDIR where a file is. */
function enter(place: string, make: boolean): number {
  const flags = O_PATH | constants.O_NOFOLLOW;
  if (make) {
    try {
      mkdirSync(place);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
  try {
    return openSync(place, flags | constants.O_DIRECTORY);
  } catch (error) {
    if (errorCode(error) !== 'ENOTDIR') throw error;
    // To the kernel a link that is not followed is no directory either.
    try {
      closeSync(openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    } catch (why) {
      if (errorCode(why) === 'ELOOP') throw why;
    }
    throw error;
  }
}

function demandSame(directory: string, expected: string, file: string): void {
  if (realpathSync(directory) !== expected) throw ledElsewhere(file);
}

const ledElsewhere = (file: string) =>
  new HostError('changed', `${file} leads elsewhere than a moment ago: a directory on the way became a link`);
