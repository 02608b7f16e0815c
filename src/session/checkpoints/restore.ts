/** Going back: what a restore would do, and doing it. A restore is a checkpoint like any step, so it can be undone. */
import type { NewEvent } from '../../protocol/events.ts';
import { SessionError } from '../error.ts';
import { applyChanges } from './apply.ts';
import { type BytePath, shown } from './bytePath.ts';
import { type CheckpointFold, segmentsSince } from './fold.ts';
import { git, type Repository } from './git.ts';
import { applyHunks, type Hunk, hunksBetween } from './hunks.ts';
import { type FolderChange, planFolder, type State } from './plan.ts';
import { type CheckpointTaken, namesIn, type RootState, realFile, type Taking } from './taking.ts';
import { contents, keepBytes } from './trees.ts';

export interface Target {
  /** To the state before this step's changes, or before the newest restore. */
  to: { step: number } | 'beforeRestore';
  /** Absolute paths; all files when absent. */
  files?: readonly string[];
  /** Of the one file named: which hunks, counted from 0. */
  hunks?: readonly number[];
}

export interface RestorePreview {
  /** `hunks` are told of a text file when it is the only one asked for. */
  changes: { root: string; path: string; kind: 'created' | 'modified' | 'deleted'; hunks: Hunk[] }[];
  /** Edited since in a way that does not go together: they stay as they are. */
  conflicts: { root: string; path: string; reason: string }[];
}

export interface Restoring {
  preview(target: Target): Promise<RestorePreview>;
  /** Throws SessionError `notFound` when there is no such step. */
  restore(target: Target): Promise<RestorePreview>;
}

interface Work {
  repository: Repository;
  changes: FolderChange[];
  conflicts: { path: BytePath; reason: string }[];
}

export interface RestoringOptions {
  fold: CheckpointFold;
  taking: Taking;
  now(): number;
  record(event: NewEvent): Promise<void>;
}

export function createRestoring({ fold, taking, now, record }: RestoringOptions): Restoring {
  const plan = async (target: Target): Promise<{ states: RootState[]; work: Work[] }> => {
    const from = checkpointFor(fold, target);
    const states = await taking.whole();
    for (const { repository } of states) await demandKept(repository, fold, from);
    const work = [];
    for (const state of states) work.push(await planRoot(fold, from, state, target));
    if (target.hunks) for (const part of work) await chooseHunks(part, new Set(target.hunks));
    return { states, work };
  };

  return {
    preview: async target => describe((await plan(target)).work, target),
    async restore(target) {
      const { states, work } = await plan(target);
      const preview = await describe(work, target);
      if (!preview.changes.length) return preview;
      const turn = `r${now().toString(36)}`;
      const undoes = target.to === 'beforeRestore' ? 0 : target.to.step;
      await record({ ...eventOf(turn, 'before', states), undoes });
      const failed: RestorePreview['conflicts'] = [];
      for (const { repository, changes } of work)
        for (const { path, reason } of (await applyChanges(repository, changes)).failed)
          failed.push({ root: repository.root, path: shown(path), reason });
      await record({ ...eventOf(turn, 'after', await taking.whole()), undoes });
      const isFailed = (c: { root: string; path: string }) =>
        failed.some(f => f.root === c.root && f.path === c.path);
      return {
        changes: preview.changes.filter(c => !isFailed(c)),
        conflicts: [...preview.conflicts, ...failed],
      };
    },
  };
}

/** The place in the list that a target means. */
function checkpointFor(fold: CheckpointFold, { to }: Target): number {
  const { taken } = fold;
  if (to === 'beforeRestore') {
    const at = taken.findLastIndex(t => t.undoes !== undefined && t.when === 'before');
    if (at < 0) throw new SessionError('notFound', 'Nothing was restored in this session.');
    return at;
  }
  const at = taken.findIndex(t => t.undoes === undefined && t.when === 'before' && t.step >= to.step);
  if (at >= 0) return at;
  const end = taken.findLastIndex(t => t.undoes === undefined && t.when === 'after');
  if (end >= 0 && to.step <= fold.steps + 1) return end;
  const last = taken.findLast(t => t.undoes === undefined && t.when === 'before');
  const has = last ? `The last one that changed something is ${last.step}.` : 'No step changed anything.';
  throw new SessionError('notFound', `There is no checkpoint for step ${to.step}. ${has}`);
}

async function demandKept(repository: Repository, fold: CheckpointFold, from: number): Promise<void> {
  const state = fold.taken[from]?.roots.find(({ root }) => root === repository.root);
  if (!state) return;
  const { code } = await git(repository, ['cat-file', '-e', state.tree], { accept: () => true });
  if (code !== 0)
    throw new SessionError('notFound', "This session's checkpoints were removed to stay within the budget.");
}

async function planRoot(fold: CheckpointFold, from: number, state: RootState, target: Target): Promise<Work> {
  const { repository, tree } = state;
  const { root } = repository;
  const stateAt = (index: number): State | undefined => {
    const found = fold.taken[index]?.roots.find(r => r.root === root);
    return found && { tree: found.tree, whole: found.whole, index };
  };
  const segments = segmentsSince(fold.taken, from).flatMap(({ before, after }) => {
    const first = stateAt(before);
    const end = after === undefined ? undefined : stateAt(after);
    const current = { tree, whole: true, index: fold.taken.length };
    return first ? [{ before: first, after: end ?? current }] : [];
  });
  const edited = new Map<BytePath, State>();
  for (const [file, index] of fold.edited) {
    const image = stateAt(index);
    if (image) for (const name of namesIn(root, [realFile(file)])) edited.set(name, image);
  }
  const files = target.files && namesIn(root, target.files.map(realFile));
  const wanted = (name: BytePath) => !files || files.has(name);
  return { repository, ...(await planFolder({ repository, segments, now: tree, edited, wanted })) };
}

/** Narrows the change of one file to some of its hunks. */
async function chooseHunks(work: Work, chosen: ReadonlySet<number>): Promise<void> {
  const narrowed: FolderChange[] = [];
  for (const change of work.changes) {
    const { now, target } = change;
    if (!now || !target) {
      narrowed.push(change);
      continue;
    }
    const texts = await contents(work.repository, [now.id, target.id]);
    const bytes = applyHunks(texts.get(now.id)!, texts.get(target.id)!, chosen);
    narrowed.push({ ...change, target: { mode: now.mode, id: await keepBytes(work.repository, bytes) } });
  }
  work.changes = narrowed.filter(({ now, target }) => now?.id !== target?.id || now?.mode !== target?.mode);
}

async function describe(work: Work[], { files }: Target): Promise<RestorePreview> {
  const preview: RestorePreview = { changes: [], conflicts: [] };
  for (const { repository, changes, conflicts } of work) {
    const { root } = repository;
    for (const { path, now, target } of changes) {
      const kind = !now ? 'created' : target ? 'modified' : 'deleted';
      const hunks = files?.length === 1 && now && target ? await hunksOf(repository, now.id, target.id) : [];
      preview.changes.push({ root, path: shown(path), kind, hunks });
    }
    for (const { path, reason } of conflicts) preview.conflicts.push({ root, path: shown(path), reason });
  }
  return preview;
}

async function hunksOf(repository: Repository, now: string, then: string): Promise<Hunk[]> {
  const texts = [...(await contents(repository, [now, then])).values()];
  if (texts.some(text => text.length > LARGEST_TEXT || text.includes(0))) return [];
  return hunksBetween(texts[0]!, texts.at(-1)!);
}
/** Bytes. Beyond this a comparison line by line takes too long. */
const LARGEST_TEXT = 2_000_000;

const eventOf = (turn: string, when: 'before' | 'after', states: RootState[]): CheckpointTaken => ({
  type: 'checkpoint.taken',
  turn,
  step: 0,
  when,
  roots: states.map(({ repository, tree }) => ({ root: repository.root, tree, whole: true })),
  files: states.reduce((sum, { changed }) => sum + changed, 0),
  durationMs: 0,
});
