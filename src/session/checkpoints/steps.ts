/** The steps that a person can go back to, each with what it changed. */
import { shown } from './bytePath.ts';
import type { CheckpointFold, Taken } from './fold.ts';
import { repositoryOf } from './repository.ts';
import { lineCounts } from './trees.ts';

export interface StepRow {
  /** Counted through the session. Undefined for a restore. */
  step: number | undefined;
  at: number;
  /** What its calls did, or which step a restore went back to. */
  did: string[];
  files: { root: string; path: string; added: number; removed: number; binary: boolean }[];
  /** Only edited files were kept: the first look at the folder was not finished. */
  partly: boolean;
}

/** Steps in order. The changes of a step are what lies between its checkpoint and the next one. */
export async function stepRows(fold: CheckpointFold, stateDir: string): Promise<StepRow[]> {
  const rows: StepRow[] = [];
  const { taken } = fold;
  for (let at = 0; at < taken.length; at++) {
    const first = taken[at]!;
    if (first.when === 'after') continue;
    const did = [...first.did];
    while (isSameStep(first, taken[at + 1])) did.push(...taken[++at]!.did);
    const next = taken[at + 1];
    const isRestore = first.undoes !== undefined;
    rows.push({
      step: isRestore ? undefined : first.step,
      at: first.at,
      did: isRestore ? [restored(first.undoes)] : did,
      files: next ? await changesBetween(first, next, stateDir) : [],
      partly: first.roots.some(root => !root.whole),
    });
  }
  return rows;
}

const restored = (step: number | undefined) =>
  step ? `Restored the state before step ${step}` : 'Undid a restore';

const isSameStep = (a: Taken, b: Taken | undefined) =>
  b?.when === 'before' && b.turn === a.turn && b.step === a.step && b.undoes === a.undoes;

async function changesBetween(a: Taken, b: Taken, stateDir: string): Promise<StepRow['files']> {
  const files: StepRow['files'] = [];
  for (const { root, tree, whole } of a.roots) {
    const end = b.roots.find(other => other.root === root);
    if (!end || !whole || !end.whole) continue;
    const counts = await lineCounts(repositoryOf(stateDir, root), tree, end.tree);
    for (const [name, lines] of counts)
      files.push({ root, path: shown(name), added: 0, removed: 0, ...lines, binary: !lines });
  }
  return files;
}
