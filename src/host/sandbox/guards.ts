/** Which files of the workspace a command must not write, and which it must not even read: looked up anew for each. */
import { lstat, readFile, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { HostError } from '../host.ts';
import { isBelow } from './hidden.ts';
import { isHeld } from './placeholders.ts';
import { guardRepository } from './repositories.ts';
import type { Found } from './tree.ts';

export interface Guards {
  /** Existing files and directories, absolute. Written by nobody inside. */
  readOnly: Set<string>;
  /** Existing files and directories. Neither read nor written. */
  masked: Set<string>;
  /** Directories that are writable in themselves but must stay what and where they are: repositories. */
  pinned: Set<string>;
  /** What is not there and must not come to be; an empty directory of that name is harmless. */
  absent: Set<string>;
  /** Every control file found; of a link, where it leads, else null. */
  control: Map<string, string | null>;
}

/** Mounts. With more of them starting a command would take longer than the command: then whole directories are guarded. */
const MOST = 400;
/** Made in a folder that is open in an editor, these act at once and by themselves. */
const SELF_ACTING = ['.vscode', '.git'];

/**
 * `onlyLooks`: the workspace cannot be written, so only what must not be read needs a guard. Throws HostError `failed`
 * when there are too many to hold them all, also by their directories.
 */
export async function guardsFor(
  roots: readonly string[],
  found: readonly Found[],
  onlyLooks = false,
): Promise<Guards> {
  const guards: Guards = {
    readOnly: new Set(),
    masked: new Set(),
    pinned: new Set(),
    absent: new Set(),
    control: new Map(),
  };
  for (const one of found) {
    if (isHeld(one.path) || (onlyLooks && one.kind !== 'secret')) continue;
    if (one.kind === 'repository') await guardRepository(guards, one.path);
    else await guardFile(guards, one.path, one.kind, one.link);
  }
  const selfActing = onlyLooks ? [] : SELF_ACTING;
  for (const place of roots.flatMap(root => selfActing.map(name => path.join(root, name))))
    if (isHeld(place) || !(await lstat(place).catch(() => undefined))) guards.absent.add(place);
  while (guards.readOnly.size + guards.masked.size > MOST && guardTogether(guards, roots));
  const count = guards.readOnly.size + guards.masked.size;
  if (count > MOST)
    throw new HostError(
      'failed',
      `the workspace holds ${count} control files and secrets in as many places, and the sandbox can guard ${MOST}: open a smaller folder, or let this command run outside the sandbox`,
    );
  return guards;
}

/**
 * Guards the directory that holds the most guarded places in their stead: with a secret among them nobody looks into it,
 * else nobody writes there. False when no directory is left that may be closed.
 */
function guardTogether(guards: Guards, roots: readonly string[]): boolean {
  const { readOnly, masked, pinned, absent } = guards;
  const children = new Map<string, string[]>();
  for (const place of [...readOnly, ...masked]) {
    const parent = path.dirname(place);
    children.set(parent, [...(children.get(parent) ?? []), place]);
  }
  const stays = [...roots, ...pinned, ...absent];
  const mayClose = (directory: string) =>
    !stays.some(place => place === directory || isBelow(place, directory)) &&
    ![...pinned].some(repository => isBelow(directory, repository)) &&
    roots.some(root => isBelow(directory, root));
  const [fullest] = [...children]
    .filter(([directory, places]) => places.length > 1 && mayClose(directory))
    .sort(([, a], [, b]) => b.length - a.length);
  if (!fullest) return false;
  const [directory, places] = fullest;
  (places.some(place => masked.has(place)) ? masked : readOnly).add(directory);
  for (const guarded of [readOnly, masked])
    for (const place of guarded) if (isBelow(place, directory)) guarded.delete(place);
  return true;
}

async function guardFile(
  guards: Guards,
  file: string,
  kind: 'control' | 'secret',
  link: boolean,
): Promise<void> {
  // Behind a link only what it leads to can be held; that the link stays is looked at afterwards.
  const real = link ? await realpath(file).catch(() => undefined) : file;
  const steers = kind === 'control' || (real !== undefined && (await onlySteers(real)));
  if (steers) guards.control.set(file, link ? await readlink(file).catch(() => '') : null);
  if (real !== undefined) (steers ? guards.readOnly : guards.masked).add(real);
}

/** A project's .npmrc is on both lists. One that holds no credentials has to be read by npm. */
async function onlySteers(file: string): Promise<boolean> {
  if (path.basename(file) !== '.npmrc') return false;
  const text = await readFile(file, 'utf8').catch(() => '_auth');
  return !/_auth|_password|token|\/\/[^/\s]*:[^/\s]*@/i.test(text);
}
