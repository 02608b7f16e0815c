/** Reading what is kept: entries of trees, differences between them, contents. */

import type { BytePath } from './bytePath.ts';
import { git, names, nulSeparated, type Repository } from './git.ts';

export interface Entry {
  /** 100644, 100755, 120000 (a link), or `NOT_KEPT`. */
  mode: string;
  id: string;
}
/** There was a file, whose content is not kept: too large, or unreadable. Its id tells versions apart. */
export const NOT_KEPT = '160000';

export const same = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.id === b?.id && a?.mode === b?.mode;

export interface Difference {
  path: BytePath;
  before: Entry | undefined;
  after: Entry | undefined;
}

/** `:mode mode id id status`, then the name. */
export function parseRaw(out: Buffer): Difference[] {
  const fields = names(out);
  const found: Difference[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeBefore = '', mode = '', idBefore = '', id = ''] = fields[at]!.slice(1).split(' ');
    const entry = (mode: string, id: string) => (mode === '000000' ? undefined : { mode, id });
    found.push({ path: fields[at + 1]!, before: entry(modeBefore, idBefore), after: entry(mode, id) });
  }
  return found;
}

export async function differences(
  repository: Repository,
  before: string,
  after: string,
): Promise<Difference[]> {
  if (before === after) return [];
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', before, after];
  return parseRaw((await git(repository, args)).out);
}

/** Every file of a tree, or those among `paths`. */
export async function entries(
  repository: Repository,
  tree: string,
  paths?: BytePath[],
): Promise<Map<BytePath, Entry>> {
  const { out } = await git(repository, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  const wanted = paths && new Set(paths);
  const found = new Map<BytePath, Entry>();
  for (const line of names(out)) {
    const tab = line.indexOf('\t');
    const name = line.slice(tab + 1);
    const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
    if (!wanted || wanted.has(name)) found.set(name, { mode, id });
  }
  return found;
}

/** Contents by their ids. */
export async function contents(repository: Repository, ids: Iterable<string>): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, Buffer>();
  if (!wanted.length) return found;
  const input = Buffer.from(`${wanted.join('\n')}\n`);
  const { out } = await git(repository, ['cat-file', '--batch'], { input });
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf('\n', at);
    const [id = '', kind, size] = out.toString('latin1', at, end).split(' ');
    if (kind !== 'blob') throw new Error(`The content ${id} is not kept any more.`);
    const start = end + 1;
    found.set(id, out.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return found;
}

/** Keeps bytes; gives their id. */
export async function keepBytes(repository: Repository, bytes: Buffer): Promise<string> {
  const { out } = await git(repository, ['hash-object', '-w', '--stdin', '--no-filters'], { input: bytes });
  return out.toString().trim();
}

/** Added and removed lines between two trees; undefined for binary files. */
export async function lineCounts(
  repository: Repository,
  before: string,
  after: string,
): Promise<Map<BytePath, { added: number; removed: number } | undefined>> {
  const counts = new Map<BytePath, { added: number; removed: number } | undefined>();
  if (before === after) return counts;
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--numstat',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    before,
    after,
  ];
  for (const line of names((await git(repository, args)).out)) {
    const [added = '', removed = '', ...name] = line.split('\t');
    counts.set(
      name.join('\t'),
      added === '-' ? undefined : { added: Number(added), removed: Number(removed) },
    );
  }
  return counts;
}

/** Which of the paths the .gitignore files of a tree (and the fixed list) leave out. */
export async function ignoredIn(
  repository: Repository,
  rules: string,
  paths: BytePath[],
): Promise<Set<BytePath>> {
  if (!paths.length) return new Set();
  const { out } = await git(repository, ['check-ignore', '-z', '--no-index', '--stdin'], {
    // A name that begins with a colon would mean something.
    input: nulSeparated(paths.map(name => `./${name}`)),
    workTree: rules,
    accept: code => code === 1,
  });
  return new Set(names(out).map(name => name.slice(2)));
}
