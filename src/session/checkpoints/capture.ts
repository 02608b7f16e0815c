/**
 * Takes the state of a folder into its private repository: two looks in parallel (what changed, what is new), then
 * the few files that differ. A folder in which nothing changed costs the looks alone.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import { access, copyFile, lstat, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, onDisk, shown } from './bytePath.ts';
import { type Answer, git, names, nulSeparated, type Repository } from './git.ts';
import { keepTree } from './repository.ts';
import { NOT_KEPT, parseRaw } from './trees.ts';

/** Bytes. A larger file is noted, not kept, unless the agent edits it. */
export const LARGEST = 10 * 1024 * 1024;

export interface Capture {
  tree: string;
  /** Paths that were new, changed or gone since the capture before. */
  changed: number;
}

export interface Folder {
  /** The state of everything that is kept, and of `edited` whatever the rules say. */
  capture(edited: ReadonlySet<BytePath>): Promise<Capture>;
  /** The state of these files alone, at once and beside a capture that still runs. */
  captureOnly(edited: ReadonlySet<BytePath>): Promise<Capture>;
  /** Those that exist and are in no capture yet: ignored, too large, or new. */
  missing(paths: readonly BytePath[]): Promise<BytePath[]>;
}

/** One session's eyes on one folder. The index is its own, so sessions side by side never wait for each other. */
export function openFolder(repository: Repository, session: string, signal?: AbortSignal): Folder {
  const index = `index-${session}`;
  const indexFile = path.join(repository.directory, index);
  const run = (args: string[], input?: Buffer, file = index) =>
    git(repository, args, { index: file, input, signal });
  const known = new Set<BytePath>();
  let last: string | undefined;
  let begun = false;

  /** Begins where the latest session in this folder stood, so that unchanged files are not read again. */
  const begin = async () => {
    await rm(`${indexFile}.lock`, { force: true });
    if (!(await statOf(indexFile))) {
      const latest = await newestIndex(repository.directory);
      if (latest) await copyIndex(latest, indexFile);
    }
    begun = true;
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
  const addFiles = (paths: BytePath[], file = index): Promise<Answer> =>
    run(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], nulSeparated(paths), file);

  const take = async (edited: ReadonlySet<BytePath>): Promise<Capture> => {
    if (!begun) await begin();
    const { fresh, changed } = await lookInside();
    const asked = [...edited].filter(name => !known.has(name));
    const there = new Set([...fresh, ...changed.filter(c => c.after).map(c => c.path), ...asked]);
    const markers = new Map(changed.map(c => [c.path, c.before?.mode === NOT_KEPT ? c.before.id : '']));
    const { add, entries } = await sort(repository.root, there, edited, markers);
    for (const { path, after } of changed) if (!after && !there.has(path)) entries.push(`${GONE}\t${path}`);
    if (entries.length) await updateEntries(entries);
    if (add.length) await addReadable(add);
    for (const name of add) if (edited.has(name)) known.add(name);
    for (const { path, after } of changed) if (!after) known.delete(path);
    const count = add.length + entries.length;
    if (last && !count) return { tree: last, changed: 0 };
    const { out } = await run(['write-tree']);
    const tree = out.toString().trim();
    const changedSince = tree === last ? 0 : count;
    if (tree !== last) await keepTree(repository, session, tree);
    last = tree;
    return { tree, changed: changedSince };
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
        last = undefined;
        begun = false;
        throw error;
      }
    },
    async captureOnly(edited) {
      const file = `${index}-part`;
      await rm(path.join(repository.directory, file), { force: true });
      const { add } = await sort(repository.root, edited, edited, new Map());
      if (add.length) await addFiles(add, file);
      const tree = (await run(['write-tree'], undefined, file)).out.toString().trim();
      await keepTree(repository, session, tree);
      return { tree, changed: add.length };
    },
    async missing(paths) {
      const unknown = paths.filter(name => !known.has(name));
      if (!unknown.length || !begun) return unknown;
      const { out } = await run(['ls-files', '-z', '--', ...unknown.map(literal)]);
      const held = new Set(names(out));
      const absent: BytePath[] = [];
      for (const name of unknown)
        if (!held.has(name) && (await statOf(onDisk(repository.root, name)))) absent.push(name);
      return absent;
    },
  };
}

const literal = (name: BytePath) => `:(literal)${shown(name)}`;
const PLANTED = '.ascent-planted';
const GONE = `0 ${'0'.repeat(40)}`;

const idOf = (text: string) => createHash('sha1').update(text).digest('hex');

/**
 * What goes in as content, and what as an entry alone: files that are not kept, and files in `tracked` that are gone.
 * `tracked` holds the id of the marker that stands for a file, or nothing for one that is kept.
 */
async function sort(
  root: string,
  candidates: ReadonlySet<BytePath>,
  edited: ReadonlySet<BytePath>,
  tracked: ReadonlyMap<BytePath, string>,
): Promise<{ add: BytePath[]; entries: string[] }> {
  const add: BytePath[] = [];
  const entries: string[] = [];
  const list = [...candidates];
  for (let at = 0; at < list.length; at += AT_ONCE) {
    const some = list.slice(at, at + AT_ONCE);
    const stats = await Promise.all(some.map(name => statOf(onDisk(root, name))));
    for (const [i, name] of some.entries()) {
      const found = stats[i];
      if (!found || !(found.isFile() || found.isSymbolicLink())) {
        if (tracked.has(name)) entries.push(`${GONE}\t${name}`);
      } else if (found.size <= LARGEST || edited.has(name)) add.push(name);
      else {
        const id = idOf(`${found.size} ${found.mtimeMs}`);
        if (tracked.get(name) !== id) entries.push(`${NOT_KEPT} ${id}\t${name}`);
      }
    }
  }
  return { add, entries };
}
const AT_ONCE = 64;

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

async function statOf(file: Buffer | string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch {
    return undefined;
  }
}

const readable = (file: Buffer): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
