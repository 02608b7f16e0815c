/** Makes files what a plan says: exact bytes and modes, whole or not at all, and never through a link. */
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import { inDirectoryOf } from '../../host/heldDirectory.ts';
import { sweepTemporary, temporarily } from '../../host/temporaryFile.ts';
import { codeOf } from '../error.ts';
import { type BytePath, onDisk, parents, shown } from './bytePath.ts';
import type { Repository } from './git.ts';
import type { FolderChange } from './plan.ts';
import { contents } from './trees.ts';

export interface Applied {
  done: FolderChange[];
  failed: { path: BytePath; reason: string }[];
}

export async function applyChanges(
  repository: Repository,
  changes: readonly FolderChange[],
): Promise<Applied> {
  const { root } = repository;
  const applied: Applied = { done: [], failed: [] };
  const bytes = await contents(
    repository,
    changes.flatMap(c => (c.target ? [c.target.id] : [])),
  );
  const attempt = async (change: FolderChange, work: () => Promise<void>) => {
    try {
      await refuseLinks(root, change.path);
      await work();
      applied.done.push(change);
    } catch (error) {
      applied.failed.push({ path: change.path, reason: reasonOf(error) });
    }
  };
  // A restore may have been cut off before.
  const oneOfEach = new Map(changes.map(change => [folderOf(change.path), change.path]));
  for (const name of oneOfEach.values())
    await inFolderOf(root, name, false, async at => sweepTemporary(at('.').toString())).catch(() => {});
  // Deletions first: a folder may have to make room for a file, or a file for a folder.
  for (const change of changes)
    if (!change.target) await attempt(change, () => removeFile(root, change.path));
  for (const change of changes) {
    const { path: name, target } = change;
    if (!target) continue;
    const content = bytes.get(target.id)!;
    await attempt(change, () =>
      target.mode === '120000'
        ? placeLink(root, name, content)
        : placeFile(root, name, content, target.mode === '100755'),
    );
  }
  return applied;
}

/** A folder on the way that is a link now may lead out of the workspace. */
async function refuseLinks(root: string, name: BytePath): Promise<void> {
  for (const parent of parents(name)) {
    const found = await kindOf(onDisk(root, parent));
    if (found?.isSymbolicLink()) throw new Error('a folder on its way is a link now');
  }
}

/**
 * Calls `use` with the folder of a file, as one that cannot be led elsewhere meanwhile. Names that are not UTF-8 have no
 * such folder: for them the way was looked at before.
 */
async function inFolderOf<T>(
  root: string,
  name: BytePath,
  make: boolean,
  use: (at: (base: string) => Buffer) => Promise<T>,
): Promise<T> {
  const within = (folder: Buffer) => (base: string) =>
    Buffer.concat([folder, Buffer.from(path.sep), Buffer.from(base, 'latin1')]);
  if (Buffer.from(shown(name)).equals(Buffer.from(name, 'latin1')))
    return inDirectoryOf(root + path.sep + shown(name), [root], make, folder =>
      use(within(Buffer.from(folder))),
    );
  const parent = folderOf(name);
  const folder = parent ? onDisk(root, parent) : Buffer.from(root);
  if (make) await mkdir(folder, { recursive: true });
  return use(within(folder));
}

const folderOf = (name: BytePath): BytePath | undefined => parents(name).next().value || undefined;
const baseOf = (name: BytePath): string => name.slice(name.lastIndexOf('/') + 1);

async function removeFile(root: string, name: BytePath): Promise<void> {
  await inFolderOf(root, name, false, at => unlink(at(baseOf(name)))).catch(unless('ENOENT', 'ENOTDIR'));
  // Folders that it leaves empty came with it.
  for (const parent of parents(name)) {
    try {
      await inFolderOf(root, parent, false, at => rmdir(at(baseOf(parent))));
    } catch {
      return;
    }
  }
}

function placeFile(root: string, name: BytePath, content: Buffer, executable: boolean): Promise<void> {
  return inFolderOf(root, name, true, async at => {
    const file = at(baseOf(name));
    const found = await kindOf(file);
    const mode = found?.isFile() ? withExecutable(found.mode & 0o7777, executable) : undefined;
    await makeRoom(file);
    await temporarily(at, async temporary => {
      const handle = await open(temporary, 'wx', executable ? 0o777 : 0o666);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (mode !== undefined) await chmod(temporary, mode);
      await rename(temporary, file);
    });
  });
}

function placeLink(root: string, name: BytePath, target: Buffer): Promise<void> {
  return inFolderOf(root, name, true, async at => {
    const file = at(baseOf(name));
    const old = await readlink(file, { encoding: 'buffer' }).catch(() => undefined);
    if (old?.equals(target)) return;
    await makeRoom(file);
    await temporarily(at, async temporary => {
      await symlink(target, temporary);
      await rename(temporary, file);
    });
  });
}

/** A folder that has the name goes when no file is in it; else it stays, and the restore of this file fails. */
async function makeRoom(file: Buffer): Promise<void> {
  const found = await kindOf(file);
  if (found?.isDirectory()) await removeFolders(file);
}

async function removeFolders(folder: Buffer): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' }))
    if (entry.isDirectory()) await removeFolders(Buffer.concat([folder, Buffer.from(path.sep), entry.name]));
  await rmdir(folder);
}

/** In words, where the system's own would name a place that nobody knows. */
function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOTEMPTY':
      return 'a folder that is not empty has its name now';
    case 'EACCES':
    case 'EPERM':
      return 'the system does not permit it';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** Readable means runnable, as git and umask have it; other bits stay. */
const withExecutable = (mode: number, executable: boolean) =>
  executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;

const kindOf = (file: Buffer) => lstat(file).catch(unless('ENOENT', 'ENOTDIR'));

function unless(...codes: string[]): (error: unknown) => undefined {
  return error => {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
    return undefined;
  };
}
