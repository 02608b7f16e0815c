/** Finding files and text with ripgrep: ignore files respected, hidden files included, .git left alone. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { toHostError } from './fileErrors.ts';
import { compileGlobs } from './globs.ts';
import { HostError, type SearchMatch, type SearchQuery, type SearchResult } from './host.ts';
import { parseMatch } from './ripgrepMatch.ts';

export interface Ripgrep {
  /** The program's path. */
  program: string;
  env: Record<string, string>;
}

const TIME_LIMIT_MS = 30_000;
/** Characters. A line of output beyond this (a match in a huge generated line) is skipped. */
const LONGEST_LINE = 2_000_000;
/** Paths looked at before sorting; a find in a larger tree is limited. */
const MOST_PATHS = 200_000;
const ERRORS_KEPT = 2_000;
const COMMON = ['--no-config', '--hidden', '--no-require-git', '--no-messages', '--color=never'];
const NOT_GIT = ['-g', '!.git'];

export async function findFiles(
  rg: Ripgrep,
  directory: string,
  globs: string[],
  max: number,
  signal: AbortSignal,
): Promise<{ paths: string[]; limited: boolean }> {
  const compiled = compileGlobs(globs);
  const found: string[] = [];
  const args = ['--files', '--null', ...COMMON, ...compiled.args, ...NOT_GIT];
  const complete = await run(rg, args, directory, '\0', signal, name => {
    if (compiled.matches(slashes(name))) found.push(name);
    return found.length < MOST_PATHS;
  });
  found.sort();
  return {
    paths: found.slice(0, max).map(name => path.join(directory, name)),
    limited: !complete || found.length > max,
  };
}

export async function searchText(
  rg: Ripgrep,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<SearchResult> {
  const isDirectory = directoryAt(query.path);
  const directory = isDirectory ? query.path : path.dirname(query.path);
  const compiled = compileGlobs(isDirectory ? query.globs : []);
  const matches: SearchMatch[] = [];
  const args = ['--json', '--max-filesize=20M', ...COMMON, ...compiled.args, ...NOT_GIT];
  if (!query.regex) args.push('--fixed-strings');
  args.push(query.caseSensitive ? '--case-sensitive' : '--ignore-case', `--regexp=${query.pattern}`);
  if (!isDirectory) args.push('--', `./${path.basename(query.path)}`);
  const complete = await run(rg, args, directory, '\n', signal, line => {
    const match = parseMatch(line);
    if (match && compiled.matches(slashes(path.normalize(match.path)))) {
      const file = path.join(directory, match.path);
      if (!query.leaveOut?.(file)) matches.push({ ...match, path: file });
    }
    return matches.length <= query.maxMatches;
  });
  const limited = !complete || matches.length > query.maxMatches;
  matches.length = Math.min(matches.length, query.maxMatches);
  matches.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  return { matches, limited };
}

const slashes = (name: string) => (path.sep === '/' ? name : name.replaceAll(path.sep, '/'));

function directoryAt(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch (error) {
    throw toHostError(error, name);
  }
}

/**
 * Directories in which the last search was over in no time. There, more threads than one cost a third more work, and save
 * a few milliseconds at most.
 */
const quick = new Set<string>();
const QUICK_MS = 100;
const MOST_NOTED = 1_000;
function noteQuick(directory: string, isQuick: boolean): void {
  if (quick.size >= MOST_NOTED) quick.clear();
  if (isQuick) quick.add(directory);
  else quick.delete(directory);
}

/**
 * Gives each piece of the output to `take` until it says false. Resolves to whether ripgrep said all it had to say.
 * A pattern that ripgrep does not understand is HostError `badPattern`, in ripgrep's words.
 */
async function run(
  rg: Ripgrep,
  args: string[],
  cwd: string,
  separator: string,
  signal: AbortSignal,
  take: (piece: string) => boolean,
): Promise<boolean> {
  signal.throwIfAborted();
  if (!directoryAt(cwd)) throw new HostError('notADirectory', `${cwd} is not a directory`);
  const began = performance.now();
  const child = spawn(rg.program, [...(quick.has(cwd) ? ['--threads=1'] : []), ...args], {
    cwd,
    env: rg.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Looked at when its output has ended; it may fail before that.
  ended.catch(() => {});
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < ERRORS_KEPT) errors += text;
  });
  const stop = () => child.kill('SIGKILL');
  const timer = setTimeout(stop, TIME_LIMIT_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const enough = await takePieces(child.stdout, separator, take);
    if (enough) stop();
    const code = await ended;
    noteQuick(cwd, performance.now() - began < QUICK_MS);
    signal.throwIfAborted();
    if (code === 2 && errors.trim()) throw new HostError('badPattern', errors.replace(/^rg: /, '').trim());
    return code !== null && !enough;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toHostError(error, rg.program);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** True when `take` wanted no more. */
async function takePieces(
  stream: Readable,
  separator: string,
  take: (piece: string) => boolean,
): Promise<boolean> {
  let rest = '';
  let skipping = false;
  for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const pieces = (rest + text).split(separator);
    rest = pieces.pop()!;
    for (const piece of pieces) {
      if (!skipping && piece && !take(piece)) return true;
      skipping = false;
    }
    if (rest.length > LONGEST_LINE || skipping) {
      skipping = true;
      rest = '';
    }
  }
  return false;
}
