/** Whether git may look unasked in a repository, from what lies on its disk. */
import type { Repository } from '../../protocol/repository.ts';
import type { PathFacts, PathPolicy } from '../paths/pathPolicy.ts';
import { isBelow, pathsOf } from '../paths/spelling.ts';
import { quoted } from '../rules/words.ts';
import type { GitUse } from './git.ts';
import { configProblem, hasCredentials } from './gitConfig.ts';
import { type Entry, readIndex } from './gitIndex.ts';

export interface GitWorld {
  paths: PathPolicy;
  stat?(
    path: string,
  ): Promise<{ kind: string; size?: number; modifiedAt?: number; changedAt?: number } | undefined>;
  /** Without it git always asks. */
  repository?(directory: string): Promise<Repository>;
}

/** Why it asks when it runs in `place`; undefined: nothing but git starts, and no secret is shown. */
export async function gitProblem(
  { directory, shows, compares, files }: GitUse,
  operands: readonly string[],
  place: string,
  world: GitWorld,
): Promise<string | undefined> {
  const { paths } = world;
  const { sep, isAbsolute } = pathsOf(paths.platform);
  const because = (why: string) => `git can start other programs, or show more than files: ${why}.`;
  const where = await paths.facts(directory, place);
  if (where.kind !== 'ordinary' || where.place === 'outside' || where.place === 'readable')
    return where.reason ?? `${quoted(directory)} is not a directory of the workspace.`;
  const named: PathFacts[] = [];
  for (const operand of operands) {
    const path = isAbsolute(operand) ? operand : `${where.resolved}${sep}${operand}`;
    const facts = await paths.facts(path);
    if (facts.kind === 'secret' || facts.kind === 'special' || facts.place === 'outside')
      return facts.reason ?? `${quoted(operand)} may not be read unasked.`;
    if (files.includes(operand) && !(await world.stat?.(facts.given)))
      return `${quoted(operand)} may be a commit, which may hold secrets that are gone from the files.`;
    named.push(facts);
  }
  if (!world.repository) return because('its configuration is not known');
  const found = await world.repository(where.resolved);
  if ('unfit' in found) return because(found.unfit);
  const top = await paths.facts(found.top);
  if (top.place === 'outside' || top.place === 'readable')
    return because('the repository begins outside the workspace');
  // Of two paths of which one lies elsewhere, git compares all that is below them, repository or not.
  const strange = named.find(({ given, resolved }) =>
    [given, resolved].some(path => !isBelow(path, top.resolved, paths.platform)),
  );
  if (strange) return because(`${quoted(strange.given)} lies outside of the repository`);
  const configured = configProblem(found.config);
  if (configured) return because(configured);
  if (shows === 'addresses' && hasCredentials(found.config))
    return because('an address in its configuration may hold a password');
  if (!compares) return undefined;
  if (/\bfilter\s*=/.test(found.attributes)) return because('its attributes send files through a filter');
  const index = readIndex(found.index);
  if (!index) return because('its index is not understood');
  if (index.hasRepositories) return because('there are other repositories in it');
  if (shows !== 'changes') return undefined;
  const isMeant = (path: string) =>
    named.length === 0 ||
    operands.some(operand => /[*?[\\]/.test(operand)) ||
    named.some(({ given, resolved }) => [given, resolved].some(at => isBelow(path, at, paths.platform)));
  for (const entry of index.secrets) {
    const path = `${found.top}${sep}${entry.path}`;
    if (isMeant(path) && !(await isUnchanged(path, entry, world)))
      return `It prints what was changed, and ${quoted(entry.path)} may hold credentials.`;
  }
  return undefined;
}

/** As far as git looks before it compares contents: then it prints nothing of it. */
async function isUnchanged(path: string, entry: Entry, { stat }: GitWorld): Promise<boolean> {
  const now = await stat?.(path);
  if (now?.kind !== 'file' || now.size === undefined) return false;
  const { modifiedAt = 0, changedAt = 0 } = now;
  return (
    now.size >>> 0 === entry.size &&
    Math.floor(modifiedAt) === entry.modifiedAt &&
    Math.floor(changedAt) === entry.changedAt
  );
}
