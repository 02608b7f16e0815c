/** Looking at the files that a capture may have to take up. */
import { createHash } from 'node:crypto';
import { constants, lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { access } from 'node:fs/promises';
import { setImmediate as aMoment } from 'node:timers/promises';
import { type BytePath, onDisk, parents } from './bytePath.ts';
import type { Repository } from './git.ts';
import { writeObject } from './objects.ts';
import { type Entry, NOT_KEPT } from './trees.ts';

/** Bytes. A larger file is noted, not kept, unless the agent edits it. */
export const LARGEST = 10 * 1024 * 1024;

/** Takes a name out of the index. */
export const GONE = `0 ${'0'.repeat(40)}`;

export const idOf = (text: string) => createHash('sha1').update(text).digest('hex');

/**
 * What goes in as content, and what as an entry alone: files that are not kept, and files in `tracked` that are gone.
 * `tracked` holds the id of the marker that stands for a file, or nothing for one that is kept.
 */
export async function sort(
  root: string,
  candidates: ReadonlySet<BytePath>,
  edited: ReadonlySet<BytePath>,
  tracked: ReadonlyMap<BytePath, string>,
): Promise<{ add: BytePath[]; entries: string[] }> {
  const add: BytePath[] = [];
  const entries: string[] = [];
  const list = [...candidates];
  for (let at = 0; at < list.length; at += AT_ONCE) {
    if (at) await aMoment();
    for (const name of list.slice(at, at + AT_ONCE)) {
      const found = statOf(onDisk(root, name));
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
/** Then everything else in the process has its turn. */
const AT_ONCE = 64;

/** Files, and their bytes, that are cheaper to read again each time than to take up into the index. */
export const FEW = 16;
const FEW_BYTES = 1_000_000;

/** Undefined when they are too much, or one of them cannot be read. */
export function readFew(
  { root, directory }: Repository,
  list: BytePath[],
): Map<BytePath, Entry | undefined> | undefined {
  const found = new Map<BytePath, Entry | undefined>();
  let total = 0;
  for (const name of list) {
    const file = onDisk(root, name);
    const stats = statOf(file);
    total += stats?.size ?? 0;
    if (!stats || total > FEW_BYTES) return undefined;
    try {
      const link = stats.isSymbolicLink();
      const bytes = link ? readlinkSync(file, { encoding: 'buffer' }) : readFileSync(file);
      const mode = link ? '120000' : stats.mode & 0o100 ? '100755' : '100644';
      found.set(name, { mode, id: writeObject(directory, 'blob', bytes) });
    } catch {
      return undefined;
    }
  }
  return found;
}

/** Where a folder became a link, nothing of what was below it is there, wherever the link leads. */
export function behindLink(root: string, name: BytePath): boolean {
  for (const parent of parents(name)) if (statOf(onDisk(root, parent))?.isSymbolicLink()) return true;
  return false;
}

/** At once: to wait for another thread costs ten times what the look does. */
export function statOf(file: Buffer | string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export const readable = (file: Buffer): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
