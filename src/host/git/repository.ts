/**
 * Finds the repository that git would use in a directory, and reads what decides whether a mere look starts a program.
 * Whatever is not the plain case (a directory `.git` of this account's own, with nothing in it that leads elsewhere) is
 * unfit. What its text means is judged elsewhere. Read at once and not bit by bit: a verdict waits for some fifty calls, each
 * of which takes microseconds, and as many turns of the event loop would take milliseconds.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Repository } from '../../protocol/repository.ts';

/** Not looked into: objects are told by their hash, and the others are not used by what only looks. */
const SKIPPED = new Set(['objects', 'hooks', 'modules', 'worktrees', 'lfs', 'annex']);
const MOST_DIRECTORIES = 512;
/** Bytes. */
const MOST_CONFIG = 256 * 1024;
const MOST_INDEX = 64 * 1024 * 1024;

/** Of git's own monitor, which is not asked. */
const SOCKET = 'fsmonitor--daemon.ipc';

const unfit = (why: string): Repository => ({ unfit: why });

export function createRepositories(): (directory: string) => Repository {
  const indexes = new Map<string, { key: string; bytes: Uint8Array }>();

  function indexOf(git: string): Uint8Array | undefined {
    const file = path.join(git, 'index');
    const stats = found(file);
    if (!stats) return new Uint8Array();
    if (stats.size > MOST_INDEX) return undefined;
    const key = `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size} ${stats.ino}`;
    const known = indexes.get(git);
    if (known?.key === key) return known.bytes;
    const bytes = readFileSync(file);
    indexes.set(git, { key, bytes });
    return bytes;
  }

  function read(directory: string): Repository {
    const place = findTop(directory);
    if (typeof place === 'string') return unfit(place);
    const { top, git } = place;
    if (leadsElsewhere(git)) return unfit('the repository holds links, or takes its parts from elsewhere');
    const config = text(path.join(git, 'config'));
    const index = indexOf(git);
    if (config === undefined || index === undefined)
      return unfit('the repository is too large to be checked');
    const attributes = [path.join(top, '.gitattributes'), path.join(git, 'info', 'attributes')];
    const texts = attributes.map(text);
    if (texts.includes(undefined)) return unfit('the attributes of the repository cannot be checked');
    return { top, config, attributes: texts.join('\n'), index };
  }

  return directory => {
    try {
      return read(directory);
    } catch {
      return unfit('the repository cannot be looked into');
    }
  };
}

/** As git looks for it: at each directory upwards `.git` first, then whether the directory is a repository itself. */
function findTop(directory: string): { top: string; git: string } | string {
  for (let at = directory; ; at = path.dirname(at)) {
    const git = path.join(at, '.git');
    const stats = found(git);
    if (stats) {
      if (!stats.isDirectory()) return 'the repository lies elsewhere (a worktree, or a submodule)';
      const own = process.getuid?.();
      if (own === undefined || stats.uid !== own || found(at)?.uid !== own)
        return 'the repository belongs to another account';
      return isRepository(git) ? { top: at, git } : '`.git` is not a whole repository';
    }
    if (isRepository(at)) return 'files of the workspace look like a repository';
    if (at === path.dirname(at)) return 'there is no repository here';
  }
}

const isRepository = (directory: string): boolean =>
  ['HEAD', 'objects', 'refs'].every(name => found(path.join(directory, name)));

/** Whether anything in `.git` that a look reads is a link or no plain file, or names another place for objects. */
function leadsElsewhere(git: string): boolean {
  const elsewhere = ['commondir', 'gitdir', 'objects/info/alternates', 'objects/info/http-alternates'];
  if (elsewhere.some(name => found(path.join(git, name)))) return true;
  const isStrange = (entry: Dirent) => !entry.isDirectory() && !entry.isFile();
  if (entriesOf(path.join(git, 'objects')).some(isStrange)) return true;
  const waiting = [git];
  for (let seen = 0; ; seen++) {
    const at = waiting.pop();
    if (at === undefined) return false;
    if (seen > MOST_DIRECTORIES) return true;
    for (const entry of entriesOf(at)) {
      const isTop = at === git;
      if (isStrange(entry) && !(isTop && entry.name === SOCKET && entry.isSocket())) return true;
      if (entry.isDirectory() && !(isTop && SKIPPED.has(entry.name))) waiting.push(path.join(at, entry.name));
    }
  }
}

const entriesOf = (directory: string) => readdirSync(directory, { withFileTypes: true });

/** Nothing there: empty. Undefined: not a plain file, or too long. */
function text(file: string): string | undefined {
  const stats = found(file);
  if (!stats) return '';
  if (!stats.isFile() || stats.size > MOST_CONFIG) return undefined;
  return readFileSync(file, 'utf8');
}

const found = (file: string) => lstatSync(file, { throwIfNoEntry: false });
