/** What a restore would do to one folder, worked out on kept states alone: nothing is written. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BytePath, onDisk } from './bytePath.ts';
import type { Repository } from './git.ts';
import { merge } from './merge.ts';
import { contents, differences, type Entry, entries, ignoredIn, NOT_KEPT, same } from './trees.ts';

/** A kept state. Of one that is not whole only the edited files are known. */
export interface State {
  tree: string;
  whole: boolean;
  /** Its place in the session's list of checkpoints. */
  index: number;
}
export interface FolderHistory {
  repository: Repository;
  /** What the agent did, the oldest first. */
  segments: { before: State; after: State }[];
  now: string;
  /** File → the checkpoint that holds it for sure, because the agent was about to edit it. */
  edited: ReadonlyMap<BytePath, State>;
  wanted(path: BytePath): boolean;
}

export interface FolderChange {
  path: BytePath;
  now: Entry | undefined;
  target: Entry | undefined;
}
export interface FolderPlan {
  changes: FolderChange[];
  /** Edited since in a way that does not go together; they stay as they are. */
  conflicts: { path: BytePath; reason: string }[];
}

/** Undoes the segments one after the other, the newest first, and so keeps what happened between them. */
export async function planFolder(history: FolderHistory): Promise<FolderPlan> {
  const { repository, segments, now, wanted } = history;
  const current = await entries(repository, now);
  const then = new Map(current);
  const conflicts = new Map<BytePath, string>();
  for (const { before, after } of segments.toReversed()) {
    const undo = await undoOf(history, before, after);
    for (const { path: name, before: target, after: base, unknown } of undo) {
      if (!wanted(name) || conflicts.has(name)) continue;
      const ours = then.get(name);
      if (same(ours, target)) continue;
      if (unknown || target?.mode === NOT_KEPT) conflicts.set(name, 'its content was not kept at that step');
      else if (ours?.mode === NOT_KEPT) conflicts.set(name, 'it is too large to be kept as it is now');
      else if (same(ours, base)) set(then, name, target);
      else {
        const merged = await merge(repository, base, ours, target);
        if ('conflict' in merged) conflicts.set(name, merged.conflict);
        else set(then, name, merged.entry);
      }
    }
  }
  const changes: FolderChange[] = [];
  for (const name of new Set([...current.keys(), ...then.keys()])) {
    if (conflicts.has(name) || same(current.get(name), then.get(name))) continue;
    changes.push({ path: name, now: current.get(name), target: then.get(name) });
  }
  changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes, conflicts: [...conflicts].map(([name, reason]) => ({ path: name, reason })) };
}

interface Undo {
  path: BytePath;
  before: Entry | undefined;
  after: Entry | undefined;
  /** Nobody knows what it was before. */
  unknown: boolean;
}

async function undoOf(history: FolderHistory, before: State, after: State): Promise<Undo[]> {
  const { repository, edited } = history;
  const found = await differences(repository, before.tree, after.tree);
  const whole = before.whole && after.whole;
  const relevant = whole ? found : found.filter(d => edited.has(d.path));
  const appeared = relevant.filter(d => !d.before).map(d => d.path);
  const ignored = await ignoredAt(repository, before.tree, appeared);
  const undo: Undo[] = [];
  for (const d of relevant) {
    const seen = d.before ? d.before.mode !== NOT_KEPT : before.whole && !ignored.has(d.path);
    const image = edited.get(d.path);
    // The agent had edited it before: it was kept, or it was not there.
    if (seen || (image && image.index <= before.index)) undo.push({ ...d, unknown: false });
    else if (image) {
      const held = await entries(repository, image.tree, [d.path]);
      undo.push({ ...d, before: held.get(d.path), unknown: false });
    }
    // A file that no rule kept then and that the agent never edited: not ours to touch.
    else if (d.before) undo.push({ ...d, unknown: true });
  }
  return undo;
}

/** Under the .gitignore files as they were in that state. */
async function ignoredAt(repository: Repository, tree: string, paths: BytePath[]): Promise<Set<BytePath>> {
  if (!paths.length) return new Set();
  const rules = await mkdtemp(path.join(tmpdir(), 'ascent-rules-'));
  try {
    const files = [...(await entries(repository, tree))].filter(
      ([name, { mode }]) => /(^|\/)\.gitignore$/.test(name) && mode.startsWith('100'),
    );
    const texts = await contents(
      repository,
      files.map(([, { id }]) => id),
    );
    for (const [name, { id }] of files) {
      const slash = name.lastIndexOf('/');
      if (slash > 0) await mkdir(onDisk(rules, name.slice(0, slash)), { recursive: true });
      await writeFile(onDisk(rules, name), texts.get(id)!);
    }
    return await ignoredIn(repository, rules, paths);
  } finally {
    await rm(rules, { recursive: true, force: true });
  }
}

function set(map: Map<BytePath, Entry>, name: BytePath, entry: Entry | undefined): void {
  if (entry) map.set(name, entry);
  else map.delete(name);
}
