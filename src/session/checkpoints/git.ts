/**
 * Runs git on a private repository. Nothing of the person's git takes part: no configuration, hooks, filters,
 * templates or attributes of theirs, and no variable of their environment that begins with GIT_.
 */
import path from 'node:path';
import { isGitSince } from '../../host/git/version.ts';

export interface Repository {
  /** The folder whose states are kept. */
  root: string;
  /** The private git directory, outside of it. */
  directory: string;
}

export interface Run {
  /** The index file's name in the private directory. */
  index?: string;
  /** Bytes for stdin. */
  input?: Buffer;
  /** Another work tree than the root. */
  workTree?: string;
  /** Ends it. */
  signal?: AbortSignal;
  /** Exit codes besides 0 that are an answer. */
  accept?: (code: number) => boolean;
}

export interface Answer {
  code: number;
  out: Buffer;
}

export class GitFailure extends Error {
  override readonly name = 'GitFailure';
}

export async function git(repository: Repository, args: string[], run: Run = {}): Promise<Answer> {
  const env = environment(repository, run);
  const out: Buffer[] = [];
  let code = 0;
  // Loaded with the first checkpoint, not when the editor starts.
  const { simpleGit } = await import('simple-git');
  const runner = simpleGit({
    // Outside of the workspace: names are relative to its root then, and where programs are looked up in the current
    // folder first, none of the workspace's is found.
    baseDir: path.parse(repository.root).root,
    allowEnvironment: Object.keys(env).filter(name => name.startsWith('GIT_')),
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeTemplateDir: true },
    completion: { onClose: true, onExit: false },
    abort: run.signal,
    input: () => run.input,
    errors(error, result) {
      code = result.exitCode;
      if (code === 0 || (code > 0 && run.accept?.(code))) return undefined;
      const said = error instanceof Error ? error.message : Buffer.concat(result.stdErr).toString();
      return Buffer.from(said || `git ${args[0]} ended with ${code}`);
    },
  })
    .env(env)
    .outputHandler((_program, stdout, stderr) => {
      // Bytes as they are: names and contents need not be UTF-8.
      stdout.on('data', (chunk: Buffer) => out.push(chunk));
      // simple-git waits 50 ms for late output of a command that said nothing. The streams have ended: there is none.
      stdout.once('end', () => stderr.emit('data', Buffer.alloc(0)));
    });
  try {
    await runner.raw(args);
  } catch (error) {
    throw new GitFailure(error instanceof Error ? error.message.trim() : String(error));
  }
  return { code, out: Buffer.concat(out) };
}

let packs: Promise<boolean> | undefined;
/** Whether `update-index` gathers what it adds in one pack; git does since 2.37, and made a pack for each file before. */
export function packsWhatIsAdded(repository: Repository): Promise<boolean> {
  packs ??= git(repository, ['version']).then(
    ({ out }) => isGitSince(out.toString(), 2, 37),
    () => {
      // Asked again the next time: git may only have failed to start once.
      packs = undefined;
      return false;
    },
  );
  return packs;
}

function environment({ root, directory }: Repository, run: Run): Record<string, string> {
  const nowhere = path.join(directory, 'none');
  const searchPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(entry => path.isAbsolute(entry) && entry !== root && !entry.startsWith(root + path.sep));
  return {
    ...inherited(),
    PATH: searchPath.join(path.delimiter),
    LC_ALL: 'C',
    HOME: nowhere,
    XDG_CONFIG_HOME: nowhere,
    GIT_DIR: directory,
    GIT_WORK_TREE: run.workTree ?? root,
    GIT_INDEX_FILE: path.join(directory, run.index ?? 'none'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: nowhere,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TEMPLATE_DIR: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_DEFAULT_HASH: 'sha1',
    GIT_DEFAULT_REF_FORMAT: 'files',
  };
}

/** What processes need on Windows, and where temporary files go. */
function inherited(): Record<string, string> {
  const kept = ['SystemRoot', 'SYSTEMROOT', 'PATHEXT', 'TEMP', 'TMP', 'TMPDIR'];
  return Object.fromEntries(kept.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Names in git's order, as byte strings: one character a byte, so that any name survives. */
export function names(out: Buffer): string[] {
  const list = out.toString('latin1').split('\0');
  list.pop();
  return list;
}
export const nulSeparated = (list: Iterable<string>): Buffer =>
  Buffer.from([...list].map(name => `${name}\0`).join(''), 'latin1');
