/**
 * Takes the state of a folder into its private repository: two looks in parallel (what changed, what is new), then
 * the few files that differ. A folder in which nothing changed costs the looks alone.
 */
import { copyFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, onDisk, shown } from './bytePath.ts';
import { behindLink, FEW, GONE, idOf, readable, readFew, sort, statOf } from './candidates.ts';
import { type Answer, git, names, nulSeparated, packsWhatIsAdded, type Repository } from './git.ts';
import { patchFrom, type TreePatcher } from './patchTree.ts';
import { keepTree } from './repository.ts';
import { type Entry, NOT_KEPT, parseRaw } from './trees.ts';

export interface Capture {
  tree: string;
  /** Paths that were new, changed or gone since the capture before. */
  changed: number;
}

export interface Folder {
  /** The state of everything that is kept, and of `edited` whatever the rules say. */
  capture(edited: ReadonlySet<BytePath>): Promise<Capture>;
  /** The same without a look around: of the state before, only `touched` can have changed. Undefined: look. */
  captureTouched(touched: ReadonlySet<BytePath>): Promise<Capture | undefined>;
  /** The state of these files alone, at once and beside a capture that still runs. */
  captureOnly(edited: ReadonlySet<BytePath>): Promise<Capture>;
  /** Those that exist and are in no capture yet: ignored, too large, or new. */
  missing(paths: readonly BytePath[]): Promise<BytePath[]>;
}

/** One session's eyes on one folder. The index is its own, so sessions side by side never wait for each other. */
export function openFolder(repository: Repository, session: string, signal?: AbortSignal): Folder {
  const index = `index-${session}`;
  const indexFile = path.join(repository.directory, index);
  // From within the folder: some commands that write the index do not go there themselves, look for the files it names in
  // vain, and leave entries as clean whose file changed within the second in which it was read.
  const inFolder = ['-C', repository.root];
  const run = (args: string[], input?: Buffer, file = index) =>
    git(repository, [...inFolder, ...args], { index: file, input, signal });
  const known = new Set<BytePath>();
  let last: string | undefined;
  /** Makes the next tree from the last one. */
  let patcher: TreePatcher | undefined;
  /** When the index, written last, is older than all that it holds. */
  let settlesAt: number | undefined;
  /** Files in which the last tree may differ from the index. */
  const ahead = new Set<BytePath>();
  let begun = false;

  /** Begins where the latest session in this folder stood, so that unchanged files are not read again. */
  const begin = async () => {
    await rm(`${indexFile}.lock`, { force: true });
    if (!statOf(indexFile)) {
      const latest = await newestIndex(repository.directory);
      if (latest) await copyIndex(latest, indexFile);
    }
    begun = true;
  };

  /** Files as young as the index are read again at each look; once they are older, one look more ends that. */
  const settle = async () => {
    settlesAt = undefined;
    const refresh = [...inFolder, 'update-index', '-q', '--refresh'];
    await git(repository, refresh, { index, signal, accept: code => code === 1 });
  };

  const look = async () => {
    const [fresh, changed] = await Promise.all([
      run([
        'ls-files',
        '-z',
        '--others',
        '--exclude-per-directory=.gitignore',
        `--exclude-from=${path.join(repository.directory, 'info', 'exclude')}`,
      ]),
      run(['diff-files', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=none']),
    ]);
    return { fresh: names(fresh.out), changed: parseRaw(changed.out) };
  };

  /**
   * git lists a repository inside the folder by its name alone. Once the index holds a file below it, git looks
   * inside as in any other folder; the planted file exists nowhere and leaves the index in the same capture.
   */
  const lookInside = async () => {
    const planted = new Set<BytePath>();
    for (;;) {
      const seen = await look();
      const nested = seen.fresh.filter(name => name.endsWith('/') && !planted.has(`${name}${PLANTED}`));
      if (!nested.length) {
        return { ...seen, fresh: seen.fresh.filter(name => !name.endsWith('/')) };
      }
      const { out } = await run(['hash-object', '-w', '--stdin'], Buffer.alloc(0));
      for (const name of nested) planted.add(`${name}${PLANTED}`);
      await updateEntries(nested.map(name => `100644 ${out.toString().trim()}\t${name}${PLANTED}`));
    }
  };
  const updateEntries = (lines: string[], file = index) =>
    run(['update-index', '-z', '--index-info'], nulSeparated(lines), file);
  const addFiles = async (paths: BytePath[], file = index): Promise<Answer> =>
    run([...(await packed(paths.length)), ...ADD], nulSeparated(paths), file);
  const packed = async (count: number) =>
    count > MANY && (await packsWhatIsAdded(repository)) ? PACKED : [];

  const take = async (edited: ReadonlySet<BytePath>): Promise<Capture> => {
    if (!begun) await begin();
    if (settlesAt !== undefined && performance.now() > settlesAt) await settle();
    const { fresh, changed } = await lookInside();
    const asked = [...edited].filter(name => !known.has(name));
    const there = new Set([...fresh, ...changed.filter(c => c.after).map(c => c.path), ...asked]);
    const held = new Map(changed.map(c => [c.path, c.before?.mode === NOT_KEPT ? c.before.id : '']));
    const gone = new Set(changed.filter(c => !c.after && !there.has(c.path)).map(c => c.path));
    for (const name of ahead) {
      if (!held.has(name)) held.set(name, '');
      if (behindLink(repository.root, name)) gone.add(name);
      else if (!gone.has(name)) there.add(name);
    }
    const { add, entries } = await sort(repository.root, there, edited, held);
    for (const name of gone) entries.push(`${GONE}\t${name}`);
    const quick = await takeQuickly(add, entries);
    if (quick) return quick;
    if (entries.length) await updateEntries(entries);
    if (add.length) await addReadable(add);
    for (const name of add) if (edited.has(name)) known.add(name);
    for (const { path, after } of changed) if (!after) known.delete(path);
    const count = add.length + entries.length;
    const { out } = await run(['write-tree']);
    const tree = out.toString().trim();
    const changedSince = tree === last ? 0 : count;
    if (tree !== last) keepTree(repository, session, tree);
    last = tree;
    patcher = patchFrom(repository, tree);
    ahead.clear();
    settlesAt = performance.now() + SAME_TIME_MS;
    return { tree, changed: changedSince };
  };

  /**
   * A few small files that differ from the index are put into the tree directly, and the index stays as it is: to
   * read and write it twice would cost more than all the rest. Once there are more, the index takes them up.
   */
  const takeQuickly = async (add: BytePath[], entries: string[]): Promise<Capture | undefined> => {
    if (!last || !patcher || add.length + entries.length > FEW) return undefined;
    const changes = readFew(repository, add);
    if (!changes) return undefined;
    for (const line of entries) {
      const [mode = '', id = ''] = line.slice(0, line.indexOf('\t')).split(' ');
      const name = line.slice(line.indexOf('\t') + 1);
      if (!name.endsWith(PLANTED)) changes.set(name, mode === '0' ? undefined : { mode, id });
    }
    return patched(patcher, changes);
  };
  const patched = async (from: TreePatcher, changes: Map<BytePath, Entry | undefined>) => {
    if ([...changes.keys()].some(name => name.includes('\n'))) return undefined;
    for (const name of changes.keys()) ahead.add(name);
    const { tree, changed } = await from.patch(changes);
    if (tree !== last) keepTree(repository, session, tree);
    last = tree;
    return { tree, changed };
  };

  /** One file that may not be read must not cost the others their checkpoint. */
  const addReadable = async (paths: BytePath[]) => {
    try {
      await addFiles(paths);
    } catch (error) {
      const locked: BytePath[] = [];
      for (const name of paths) if (!(await readable(onDisk(repository.root, name)))) locked.push(name);
      if (!locked.length) throw error;
      await updateEntries(locked.map(name => `${NOT_KEPT} ${idOf('unreadable')}\t${name}`));
      const rest = paths.filter(name => !locked.includes(name));
      if (rest.length) await addFiles(rest);
    }
  };

  return {
    async capture(edited) {
      try {
        return await take(edited);
      } catch (error) {
        // Whatever the cache held, the next capture begins without it.
        await rm(indexFile, { force: true });
        known.clear();
        ahead.clear();
        last = undefined;
        patcher = undefined;
        begun = false;
        throw error;
      }
    },
    async captureTouched(touched) {
      if (!patcher || touched.size > FEW) return undefined;
      const there: BytePath[] = [];
      const changes = new Map<BytePath, Entry | undefined>();
      for (const name of touched) {
        if (behindLink(repository.root, name)) return undefined;
        const found = statOf(onDisk(repository.root, name));
        if (found?.isFile() || found?.isSymbolicLink()) there.push(name);
        else changes.set(name, undefined);
      }
      const read = readFew(repository, there);
      if (!read) return undefined;
      for (const [name, entry] of read) changes.set(name, entry);
      return patched(patcher, changes);
    },
    async captureOnly(edited) {
      const file = `${index}-part`;
      await rm(path.join(repository.directory, file), { force: true });
      const { add } = await sort(repository.root, edited, edited, new Map());
      if (add.length) await addFiles(add, file);
      const tree = (await run(['write-tree'], undefined, file)).out.toString().trim();
      keepTree(repository, session, tree);
      return { tree, changed: add.length };
    },
    async missing(paths) {
      const unknown = paths.filter(name => !known.has(name));
      if (!unknown.length || !begun) return unknown;
      const { out } = await run(['ls-files', '-z', '--', ...unknown.map(literal)]);
      const held = new Set(names(out));
      const absent: BytePath[] = [];
      for (const name of unknown)
        if (!held.has(name) && statOf(onDisk(repository.root, name))) absent.push(name);
      return absent;
    },
  };
}

const ADD = ['update-index', '-z', '--add', '--remove', '--replace', '--stdin'];
/** Files. To write each of so many as an object of its own takes twice the time and four times the disk of one pack. */
const MANY = 200;
/** What git takes for large it writes into a pack, one for all that a command adds. */
const PACKED = ['-c', 'core.bigFileThreshold=1'];

const literal = (name: BytePath) => `:(literal)${shown(name)}`;
/** Many builds of git compare times by the second. */
const SAME_TIME_MS = 1_100;
const PLANTED = '.ascent-planted';

/**
 * git reads a file again when it is not older than the index: the copy must not look younger than what it copies.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const seconds = Math.floor((await stat(from)).mtimeMs / 1000);
  await copyFile(from, to);
  await utimes(to, seconds, seconds);
}

async function newestIndex(directory: string): Promise<string | undefined> {
  let newest: { file: string; at: number } | undefined;
  for (const name of await readdir(directory)) {
    if (!/^index-[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/.test(name) || name.endsWith('-part')) continue;
    const file = path.join(directory, name);
    const at = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (at !== undefined && (!newest || at > newest.at)) newest = { file, at };
  }
  return newest?.file;
}
