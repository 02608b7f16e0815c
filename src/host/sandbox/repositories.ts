/**
 * A git repository that commands may commit to, but not turn into one that runs something on the person's side:
 * objects, index and references are written freely; configuration, hooks and the pointers to other places are not.
 */
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Guards } from './guards.ts';
import { isPlaceholder } from './placeholders.ts';

const READ_ONLY = [
  'config',
  'config.worktree',
  'hooks',
  'info/attributes',
  'info/grafts',
  'gitdir',
  'commondir',
];
const MOST_INNER = 100;
/** Other places that a configuration takes hooks and further configuration from. */
const POINTERS = /^\s*(?:hookspath|path)\s*=\s*"?([^"\n]+?)"?\s*$/gim;

/** `repository`: a `.git` of the workspace; in worktrees and submodules a file that points to one. */
export async function guardRepository(guards: Guards, repository: string): Promise<void> {
  const stats = await lstat(repository).catch(() => undefined);
  if (!stats) return;
  guards.control.set(repository, stats.isSymbolicLink() ? await readlink(repository) : null);
  if (!stats.isDirectory() || !(await guardInside(guards, repository, true))) {
    if (!stats.isSymbolicLink()) guards.readOnly.add(repository);
    return;
  }
  guards.pinned.add(repository);
  for (const { directory, hooks } of await administered(repository))
    if (!(await guardInside(guards, directory, hooks))) guards.readOnly.add(directory);
}

/** False when something in it is a link: a link cannot be held in its place, so all of it must stay as it is. */
async function guardInside(guards: Guards, directory: string, hooks: boolean): Promise<boolean> {
  const inside = await Promise.all(READ_ONLY.map(name => kindOf(path.join(directory, name))));
  if (inside.includes('link')) return false;
  for (const [i, name] of READ_ONLY.entries()) {
    const file = path.join(directory, name);
    if (inside[i] === 'there' && !(name === 'commondir' && (await isPlaceholder(file))))
      guards.readOnly.add(file);
    // git would take configuration and hooks from wherever `commondir` says.
    else if (name === 'commondir' || (name === 'hooks' && hooks)) guards.absent.add(file);
  }
  await guardPointers(guards, directory);
  return true;
}

async function guardPointers(guards: Guards, directory: string): Promise<void> {
  const text = await readFile(path.join(directory, 'config'), 'utf8').catch(() => '');
  for (const [, value] of text.matchAll(POINTERS)) {
    // Hooks count from the working tree, included files from the repository.
    for (const base of [path.dirname(directory), directory]) {
      const place = path.resolve(base, value!);
      if ((await kindOf(place)) === 'there' && !directory.startsWith(place)) guards.readOnly.add(place);
    }
  }
}

/** The repositories of submodules, and the administrative directories of worktrees. */
async function administered(repository: string): Promise<{ directory: string; hooks: boolean }[]> {
  const found: { directory: string; hooks: boolean }[] = [];
  const look = async (parent: string, hooks: boolean) => {
    for (const entry of await readdir(parent, { withFileTypes: true }).catch(() => [])) {
      const directory = path.join(parent, entry.name);
      if (!entry.isDirectory() || found.length >= MOST_INNER) continue;
      if (await kindOf(path.join(directory, 'HEAD'))) {
        found.push({ directory, hooks });
        await look(path.join(directory, 'modules'), true);
      } // A submodule's name may hold slashes.
      else if (hooks) await look(directory, true);
    }
  };
  await look(path.join(repository, 'modules'), true);
  await look(path.join(repository, 'worktrees'), false);
  return found;
}

async function kindOf(file: string): Promise<'there' | 'link' | undefined> {
  const stats = await lstat(file).catch(() => undefined);
  return stats && (stats.isSymbolicLink() ? 'link' : 'there');
}
