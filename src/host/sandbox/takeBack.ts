/**
 * A control file that a command made where none was (a nested AGENTS.md, a *.code-workspace) cannot be refused while
 * it runs: the kernel knows no names. It is taken out of the workspace as soon as the command has ended, and kept.
 */
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../fileErrors.ts';
import type { Guards } from './guards.ts';
import type { Before } from './sandbox.ts';

/** Gives the paths of what was taken; it lies in `directory`/taken-back afterwards. */
export async function takeBack(
  { absent, control }: Before,
  after: Guards,
  directory: string,
): Promise<string[]> {
  const before = { absent: new Set(absent), control: new Map(control) };
  const taken: string[] = [];
  for (const file of [...after.control.keys()].sort()) {
    if (!isOfTheCommand(file, before, after)) continue;
    // What lies in a directory that was taken is gone with it.
    if (taken.some(outer => file.startsWith(outer + path.sep))) continue;
    const kept = path.join(directory, 'taken-back', `${Date.now().toString(36)}-${taken.length}`);
    await mkdir(kept, { recursive: true, mode: 0o700 });
    await move(file, path.join(kept, path.basename(file)));
    const led = before.control.get(file);
    if (led) await symlink(led, file);
    taken.push(file);
  }
  return taken;
}

/** What was there was held, and a name that was kept free too: only what is new, and links, can have changed inside. */
function isOfTheCommand(
  file: string,
  before: { absent: Set<string>; control: Map<string, string | null> },
  after: Guards,
): boolean {
  if (before.absent.has(file)) return false;
  return !before.control.has(file) || before.control.get(file) !== after.control.get(file);
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    if (errorCode(error) !== 'EXDEV') throw error;
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
    await rm(from, { recursive: true, force: true });
  }
}
