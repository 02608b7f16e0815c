/** Keeps all checkpoints together within a budget: whole sessions that nobody has open go, those used longest ago first. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { realDisk } from '../disk.ts';
import { lockHolder } from '../lock.ts';
import { sessionFiles } from '../sessionFiles.ts';
import { statOf } from './candidates.ts';
import { git, type Repository } from './git.ts';
import { checkpointsIn } from './repository.ts';

/** Bytes. */
export const BUDGET = 1024 ** 3;

export interface CollectOptions {
  budget?: number;
  /** Sessions that stay whatever it costs. */
  keep?: readonly string[];
  /** Objects younger than this may belong to a checkpoint that is being taken. In git's words. */
  expire?: string;
}

/** Bytes on disk of all checkpoints. */
export async function checkpointBytes(stateDir: string): Promise<number> {
  return sizeOf(checkpointsIn(stateDir));
}

/** Gives the sessions whose checkpoints went. */
export async function collectCheckpoints(stateDir: string, options: CollectOptions = {}): Promise<string[]> {
  const { budget = BUDGET, keep = [] } = options;
  const repositories = await repositoriesIn(stateDir);
  for (const repository of repositories)
    if (await isScattered(repository)) await git(repository, repack(options));
  const removed: string[] = [];
  if ((await checkpointBytes(stateDir)) <= budget) return removed;
  for (const session of (await sessionsByUse(repositories)).filter(id => !keep.includes(id))) {
    if (await isOpen(stateDir, session)) continue;
    for (const repository of repositories) await removeSession(repository, session, options);
    removed.push(session);
    if ((await checkpointBytes(stateDir)) <= budget) break;
  }
  return removed;
}

/** Somebody works in it, here or in another window, and may be about to go back. */
async function isOpen(stateDir: string, session: string): Promise<boolean> {
  const { lock } = sessionFiles(stateDir).paths(session);
  return (await lockHolder(realDisk, lock)) !== undefined;
}

/** Into one pack. What nothing holds becomes loose while it is young, and is left to `prune`. */
const repack = ({ expire = YOUNG }: CollectOptions) => [
  ...['repack', '-A', '-d', '-l', '-q'],
  `--unpack-unreachable=${expire}`,
];
const YOUNG = '10.minutes.ago';

async function removeSession(
  repository: Repository,
  session: string,
  options: CollectOptions,
): Promise<void> {
  const refs = path.join(repository.directory, 'refs', 'ascent', session);
  if (!(await stat(refs).catch(() => undefined))) return;
  await rm(refs, { recursive: true, force: true });
  for (const name of [`index-${session}`, `index-${session}-part`])
    await rm(path.join(repository.directory, name), { force: true });
  const { expire = YOUNG } = options;
  if ((await packs(repository)).length) await git(repository, repack(options));
  await git(repository, ['prune', `--expire=${expire}`]);
}

async function repositoriesIn(stateDir: string): Promise<Repository[]> {
  const found: Repository[] = [];
  for (const name of await list(checkpointsIn(stateDir))) {
    const directory = path.join(checkpointsIn(stateDir), name);
    const root = await readFile(path.join(directory, 'root'), 'utf8').catch(() => undefined);
    if (root !== undefined && !name.includes('.')) found.push({ root, directory });
  }
  return found;
}

/** The one used longest ago first. */
async function sessionsByUse(repositories: Repository[]): Promise<string[]> {
  const used = new Map<string, number>();
  for (const { directory } of repositories) {
    const refs = path.join(directory, 'refs', 'ascent');
    for (const session of await list(refs)) {
      const { mtimeMs } = await stat(path.join(refs, session));
      used.set(session, Math.max(used.get(session) ?? 0, mtimeMs));
    }
  }
  return [...used].sort(([, a], [, b]) => a - b).map(([session]) => session);
}

/**
 * A loose object takes a block of the disk, in a pack a tenth; and in many packs git looks for everything. git's own
 * measures: one of its 256 folders tells how many are loose.
 */
async function isScattered(repository: Repository): Promise<boolean> {
  const loose = await list(path.join(repository.directory, 'objects', '17'));
  return loose.length > 27 || (await packs(repository)).length > 50;
}
const packs = async ({ directory }: Repository) =>
  (await list(path.join(directory, 'objects', 'pack'))).filter(name => name.endsWith('.pack'));

const list = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/** One folder after the other, so that everything else has its turn in between. */
async function sizeOf(folder: string): Promise<number> {
  let sum = 0;
  for (const folders = [folder]; folders.length; ) {
    const here = folders.pop()!;
    for (const name of await list(here)) {
      const file = path.join(here, name);
      const stats = statOf(file);
      if (stats?.isDirectory()) folders.push(file);
      // `blocks` is what it takes on the disk; Windows does not say.
      sum += stats?.blocks ? stats.blocks * 512 : (stats?.size ?? 0);
    }
  }
  return sum;
}
