/**
 * Where in a folder the guarded names lie. Looked up before each command, so only directories that changed are read
 * again: their change time tells, which no program can set.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { HostError } from '../host.ts';
import type { SensitiveNames } from './sandbox.ts';

export interface Found {
  path: string;
  kind: 'control' | 'secret' | 'repository';
  link: boolean;
}

interface Directory {
  changed: number;
  found: { name: string; kind: Found['kind']; link: boolean }[];
  /** Names of the directories to look into. */
  inner: string[];
}

/** Where other people's code lies: names there steer nothing, and certificates there are public. */
const DEPENDENCIES = new Set(['node_modules', 'site-packages', 'bower_components']);
const MOST_DIRECTORIES = 200_000;
/** Directories looked at before others get their turn. */
const AT_ONCE = 500;
/** Milliseconds: what changed so shortly before it was read may change again under the same time. */
const UNSETTLED = 100;

/** Throws HostError `failed` when the folder is too large to be looked through. */
export function createTree(root: string, names: Pick<SensitiveNames, 'guardsOf'>): () => Promise<Found[]> {
  const known = new Map<string, Directory>();

  return async () => {
    const found: Found[] = [];
    const seen = new Set<string>();
    const waiting = [root];
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      const now = lookAt(directory);
      if (!now) continue;
      seen.add(directory);
      if (seen.size > MOST_DIRECTORIES)
        throw new HostError('failed', `${root} holds more than ${MOST_DIRECTORIES} directories`);
      for (const { name, ...what } of now.found) found.push({ path: path.join(directory, name), ...what });
      for (const name of now.inner) waiting.push(path.join(directory, name));
      if (seen.size % AT_ONCE === 0) await breathe();
    }
    for (const directory of known.keys()) if (!seen.has(directory)) known.delete(directory);
    return found;
  };

  /** Undefined for what is gone, or cannot be looked into: then no command can either. */
  function lookAt(directory: string): Directory | undefined {
    try {
      const { ctimeMs } = lstatSync(directory);
      const before = known.get(directory);
      if (before?.changed === ctimeMs) return before;
      const now = read(directory, names);
      now.changed = Date.now() - ctimeMs < UNSETTLED ? Number.NaN : ctimeMs;
      known.set(directory, now);
      return now;
    } catch {
      return undefined;
    }
  }
}

function read(directory: string, names: Pick<SensitiveNames, 'guardsOf'>): Directory {
  const now: Directory = { changed: 0, found: [], inner: [] };
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const kind = kindOf(entry, path.basename(directory), names);
    if (kind) now.found.push({ name: entry.name, kind, link: entry.isSymbolicLink() });
    const isClosed = kind === 'secret' || kind === 'repository' || DEPENDENCIES.has(entry.name);
    if (entry.isDirectory() && !isClosed) now.inner.push(entry.name);
  }
  return now;
}

function kindOf(
  entry: Dirent,
  parent: string,
  names: Pick<SensitiveNames, 'guardsOf'>,
): Found['kind'] | undefined {
  if (entry.name === '.git') return 'repository';
  // A directory counts by what its name means for all that is in it; some files only together with their directory.
  const components = entry.isDirectory() ? [parent, entry.name, ''] : [parent, entry.name];
  return names.guardsOf(components).find(guard => guard.depth === 2)?.kind;
}
