/**
 * Where the states of a folder are kept:
 *
 *     <stateDir>/checkpoints/<hash of the root>/      a git directory of our own
 *         root                 the folder's path
 *         index-<session>      what the session's last checkpoint saw; a cache, can be deleted
 *         refs/ascent/<session>/<tree>   the states of a session, by their tree
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytePath } from './bytePath.ts';
import { git, type Repository } from './git.ts';

export const checkpointsIn = (stateDir: string): string => path.join(stateDir, 'checkpoints');

export function repositoryOf(stateDir: string, root: string): Repository {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 24);
  return { root, directory: path.join(checkpointsIn(stateDir), name) };
}

/** Never kept unless the agent edits them; a `!` line in a .gitignore takes one back in. */
const LEFT_OUT = [
  'node_modules/',
  'bower_components/',
  '.venv/',
  '__pycache__/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.tox/',
  '.gradle/',
  '.next/',
  '.nuxt/',
  '.turbo/',
  '.parcel-cache/',
  '.DS_Store',
];

/** Bytes are kept as they are, whatever the project's own .gitattributes ask for. */
const ATTRIBUTES = '* -text !eol -ident -filter !working-tree-encoding\n';

const CONFIG = `[core]
	bare = false
	autocrlf = false
	safecrlf = false
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	logAllRefUpdates = false
	looseCompression = 1
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/** Makes the private directory when there is none yet; two processes may do so at once. */
export async function ensureRepository(repository: Repository, stateDir: string): Promise<void> {
  const { root, directory } = repository;
  if (existsSync(path.join(directory, 'HEAD'))) return;
  const made = `${directory}.${randomUUID()}`;
  await mkdir(path.join(made, 'info'), { recursive: true, mode: 0o700 });
  await git({ root, directory: made }, ['init', '--quiet']);
  await appendFile(path.join(made, 'config'), CONFIG);
  await writeFile(path.join(made, 'info', 'attributes'), ATTRIBUTES);
  await writeFile(
    path.join(made, 'info', 'exclude'),
    `${[...LEFT_OUT, ...ownFiles(root, stateDir)].join('\n')}\n`,
  );
  await writeFile(path.join(made, 'root'), root);
  try {
    await rename(made, directory);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!existsSync(path.join(directory, 'HEAD'))) throw error;
  }
}

/** The sessions themselves may lie in the workspace. */
function ownFiles(root: string, stateDir: string): string[] {
  const inside = bytePath(root, stateDir);
  return inside ? [`/${Buffer.from(inside, 'latin1').toString()}/`] : [];
}

export const sessionRefs = (repository: Repository, session: string): string =>
  path.join(repository.directory, 'refs', 'ascent', session);

/** Keeps the tree's objects as long as the session has its checkpoints. */
export function keepTree(repository: Repository, session: string, tree: string): void {
  const refs = sessionRefs(repository, session);
  mkdirSync(refs, { recursive: true });
  writeFileSync(path.join(refs, tree), `${tree}\n`);
}
