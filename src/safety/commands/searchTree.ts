/** Whether secrets lie below a directory that a command would search whole. */

import { secretName } from '../../protocol/secretNames.ts';
import { foldName } from '../paths/names.ts';
import type { PathFacts } from '../paths/pathPolicy.ts';
import { pathsOf } from '../paths/spelling.ts';
import { quoted } from '../rules/words.ts';
import { hasCredentials } from './gitConfig.ts';
import type { CommandWorld } from './judge.ts';
import type { TreeFilter } from './use.ts';

/** What one line may cost: more than this is not looked through, and the command asks. */
const MOST_DIRECTORIES = 256;
const MOST_NAMES = 5_000;
const AT_ONCE = 16;

/** What was looked through for a line so far. */
export interface Spent {
  directories: number;
  names: number;
}

/** Calls `note` with each reason why the search may not happen unasked. */
export async function searchTree(
  facts: PathFacts,
  world: CommandWorld,
  spent: Spent,
  note: (reason: string, guarded?: boolean) => void,
  { endings, without }: TreeFilter = { without: [] },
): Promise<void> {
  const { list, stat } = world;
  // BSD's grep compares whole paths with them.
  const passed = new Set(world.paths.platform === 'linux' ? without : []);
  if (endings) passed.add('.git');
  const isPassed = (name: string, isDirectory: boolean) =>
    isDirectory ? passed.has(name) : endings !== undefined && !endings.some(ending => name.endsWith(ending));
  if (!list) return note('It searches a whole directory, hidden files too.');
  const { sep } = pathsOf(world.paths.platform);
  const tooMuch = `It searches ${quoted(facts.given)}, hidden files too, and that is too much to be checked.`;
  const isGit = (directory: string) => pathsOf(world.paths.platform).basename(directory) === '.git';
  const isFile = async (path: string) => (await stat?.(path))?.kind === 'file';
  const waiting = [facts.resolved];
  while (waiting.length > 0) {
    const now = waiting.splice(0, AT_ONCE);
    spent.directories += now.length;
    if (spent.directories > MOST_DIRECTORIES) return note(tooMuch);
    const listed = await Promise.all(now.map(path => list(path).catch(() => undefined)));
    for (const [i, entries] of listed.entries()) {
      const directory = now[i]!;
      // A plain file has no names in it; what cannot be listed can still be searched later.
      if (!entries && !(directory === facts.resolved && (await isFile(directory))))
        return note(`It searches ${directory}, which cannot be looked into.`);
      spent.names += entries?.length ?? 0;
      if (spent.names > MOST_NAMES) return note(tooMuch);
      const above = (await world.paths.namesBelow(directory)).map(foldName);
      for (const entry of entries ?? []) {
        const name = entry.endsWith('/') ? entry.slice(0, -1) : entry;
        if (isPassed(name, name !== entry)) continue;
        const holdsCommits = name === 'lfs' && isGit(directory);
        const isSecret = holdsCommits || secretName([...above, foldName(name)]) !== undefined;
        if (isSecret && !(name === 'config' && (await isPlainRepository(directory, world))))
          return note(
            `It searches all of ${quoted(facts.given)}, and ${quoted(directory + sep + name)} may hold credentials.`,
            true,
          );
        if (name !== entry) waiting.push(directory + sep + name);
      }
    }
  }
}

/** Whether a repository's own configuration, in this `.git`, has nothing in it that could be a password. */
async function isPlainRepository(git: string, { repository, paths }: CommandWorld): Promise<boolean> {
  const { basename, dirname } = pathsOf(paths.platform);
  if (!repository || basename(git) !== '.git') return false;
  const found = await repository(dirname(git));
  return (
    !('unfit' in found) &&
    found.top === dirname(git) &&
    !hasCredentials(found.config) &&
    !/token|passw|secret|auth|extraheader|credential|(?<!signing)key/i.test(found.config)
  );
}
