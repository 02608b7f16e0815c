/** Three versions of a file into one: what was done between `base` and `theirs`, done to `ours`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { git, type Repository } from './git.ts';
import { contents, type Entry, keepBytes } from './trees.ts';

export type Merged = { entry: Entry | undefined } | { conflict: string };

/** Nothing is lost on a conflict: the answer is its reason, and nobody writes anything. */
export async function merge(
  repository: Repository,
  base: Entry | undefined,
  ours: Entry | undefined,
  theirs: Entry | undefined,
): Promise<Merged> {
  if (!ours) return { conflict: 'it was deleted since' };
  if (!base) return { conflict: 'another file has its name now' };
  if (!theirs) return { conflict: 'it was created by the agent and edited since' };
  if (![base, ours, theirs].every(entry => entry.mode.startsWith('100')))
    return { conflict: 'it was edited since, and is no plain file' };
  const mode = ours.mode === base.mode ? theirs.mode : ours.mode;
  if (ours.id === base.id) return { entry: { mode, id: theirs.id } };
  if (theirs.id === base.id || theirs.id === ours.id) return { entry: { mode, id: ours.id } };
  const texts = await contents(repository, [ours.id, base.id, theirs.id]);
  const versions = [ours, base, theirs].map(entry => texts.get(entry.id)!);
  if (versions.some(isBinary)) return { conflict: 'it was edited since, and is no text' };
  const merged = await mergeTexts(repository, versions);
  if (!merged) return { conflict: 'the same lines were edited since' };
  return { entry: { mode, id: await keepBytes(repository, merged) } };
}

async function mergeTexts(repository: Repository, versions: Buffer[]): Promise<Buffer | undefined> {
  const scratch = await mkdtemp(path.join(repository.directory, 'merge-'));
  try {
    const files = ['ours', 'base', 'theirs'].map(name => path.join(scratch, name));
    await Promise.all(files.map((file, i) => writeFile(file, versions[i]!)));
    // The exit code is the number of conflicts; errors are above 127.
    const { code, out } = await git(repository, ['merge-file', '-p', '-q', ...files], {
      accept: conflicts => conflicts < 128,
    });
    return code === 0 ? out : undefined;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The rule git itself has. */
const isBinary = (bytes: Buffer) => bytes.subarray(0, 8000).includes(0);
