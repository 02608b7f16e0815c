/**
 * Runs command lines in a real bash, in a bubblewrap sandbox, under strace, and tells which programs each of them
 * started with which arguments.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Ground } from './ground.ts';

export interface Started {
  /** The file that was started. */
  file: string;
  argv: string[];
}
export interface Traced {
  /** By line, in the order in which they were given. */
  started: Started[][];
  /** All that was printed. */
  output: string;
  /** Calls that would have reached the network. */
  network: string[];
}

const BASH = '/bin/bash';
const SHELL = [BASH, '--noprofile', '--norc', '-c'];
/** One process a line, as the host runs them; the next one begins when the last has ended. */
const DRIVER = `while IFS= read -r -d '' line; do ${SHELL.join(' ')} "$line" </dev/null; done < "$1"`;

/** Why nothing can be traced here; undefined when it can. */
export function whyNotTraced(): string | undefined {
  if (process.platform !== 'linux') return 'bubblewrap and strace are for Linux';
  for (const program of ['bwrap', 'strace'])
    if (spawnSync(program, ['--version']).status !== 0) return `${program} is not installed`;
  const tried = spawnSync('bwrap', [
    ...['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--unshare-net', '--unshare-pid'],
    ...['strace', '-f', '-e', 'trace=execve', '-o', '/dev/null', 'true'],
  ]);
  return tried.status === 0 ? undefined : 'namespaces or tracing are not allowed on this machine';
}

export function runTraced(lines: readonly string[], ground: Ground): Traced {
  const files = path.join(ground.base, 'trace');
  mkdirSync(files, { recursive: true });
  const [input, log, output] = ['lines', 'log', 'output'].map(name => path.join(files, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(input, lines.map(line => `${line}\0`).join(''));
  const run = spawnSync(
    'bwrap',
    [
      ...['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--bind', ground.base, ground.base],
      ...['--unshare-net', '--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session'],
      ...['--chdir', ground.workspace, '--clearenv', '--setenv', 'HOME', ground.home],
      ...Object.entries(ground.hardened).flatMap(([name, value]) => ['--setenv', name, value]),
      ...['--setenv', 'PATH', searchPath(ground), '--setenv', 'LANG', 'C.UTF-8', '--setenv', 'CDPATH', ''],
      ...['strace', '-f', '--seccomp-bpf', '-e', 'trace=execve,execveat,connect', '-e', 'signal=none'],
      ...['-xx', '-s', '100000', '-o', log],
      ...[BASH, '--noprofile', '--norc', '-c', `exec > "$2" 2>&1; ${DRIVER}`, 'driver', input, output],
    ],
    { timeout: 600_000 },
  );
  if (run.status === null || run.error)
    throw new Error(`A line does not end: ${run.error?.message ?? run.signal}`);
  const calls = readFileSync(log, 'latin1').split('\n');
  const printed = readFileSync(output, 'latin1');
  rmSync(files, { recursive: true });
  return { ...byLine(calls, lines), output: printed };
}

export const searchPath = ({ programs }: Ground) => `${programs}:/usr/local/bin:/usr/bin:/bin`;

/** Whether there is such a program to be started. */
export const isInstalled = (name: string, ground: Ground) =>
  searchPath(ground)
    .split(':')
    .some(directory => existsSync(path.join(directory, name)));

function byLine(calls: readonly string[], lines: readonly string[]): Pick<Traced, 'started' | 'network'> {
  const started: Started[][] = [];
  const network: string[] = [];
  for (const call of calls) {
    if (/connect\(/.test(call) && /AF_INET/.test(call)) network.push(call);
    if (!/\bexecve(?:at)?\(/.test(call)) continue;
    const found = /execve\("((?:\\x[\da-f]{2})*)", \[((?:"(?:\\x[\da-f]{2})*"(?:, )?)*)\], /.exec(call);
    if (!found) throw new Error(`Not understood: ${call.slice(0, 300)}`);
    const argv = [...found[2]!.matchAll(/"((?:\\x[\da-f]{2})*)"/g)].map(m => bytes(m[1]!));
    const line = lines[started.length];
    // What the driver starts for the next line; the driver itself comes before the first.
    const isShell = SHELL.every((word, i) => argv[i] === word) && argv.length === SHELL.length + 1;
    if (isShell && argv.at(-1) === line) started.push([]);
    else if (argv[SHELL.length] !== `exec > "$2" 2>&1; ${DRIVER}`)
      started.at(-1)?.push({ file: bytes(found[1]!), argv });
  }
  if (started.length !== lines.length) throw new Error(`${started.length} of ${lines.length} lines were run`);
  return { started, network };
}

const bytes = (text: string) => Buffer.from(text.replaceAll('\\x', ''), 'hex').toString('utf8');
