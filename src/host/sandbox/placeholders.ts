/**
 * A name that must not come to be is held by putting something there for as long as a command runs: an empty
 * directory, which git, editors and npm pass over; for git's pointer to another repository one that points to itself.
 */
import { mkdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../fileErrors.ts';

const ITSELF = '.\n';

/** How many commands of this process hold it. */
const held = new Map<string, number>();
export const isHeld = (name: string): boolean => held.has(name);

/** Left behind by a command whose host was killed. */
export async function isPlaceholder(pointer: string): Promise<boolean> {
  return (await readFile(pointer, 'utf8').catch(() => undefined)) === ITSELF;
}

/** All of them, or none. */
export async function holdAbsent(names: ReadonlySet<string>): Promise<void> {
  const holding: string[] = [];
  try {
    for (const name of names) {
      await put(name);
      held.set(name, (held.get(name) ?? 0) + 1);
      holding.push(name);
    }
  } catch (error) {
    await letGo(holding);
    throw error;
  }
}

/** Takes away what was put there, also by a process that is gone. */
export async function letGo(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const others = (held.get(name) ?? 1) - 1;
    if (others > 0) held.set(name, others);
    else {
      held.delete(name);
      await takeAway(name);
    }
  }
}

async function put(name: string): Promise<void> {
  try {
    if (path.basename(name) === 'commondir') await writeFile(name, ITSELF, { flag: 'wx' });
    else await mkdir(name);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Only what is still as it was put there: what somebody filled meanwhile is theirs. */
async function takeAway(name: string): Promise<void> {
  if (path.basename(name) !== 'commondir') await rmdir(name).catch(() => {});
  else if (await isPlaceholder(name)) await unlink(name).catch(() => {});
}
