/** Which shell runs a command line. The rules that judge a command line are written for bash. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { HostError } from '../host.ts';

/**
 * What is executed for a command line. What stands around a command (a recorder, a sandbox) goes before these words and
 * leaves them as they are: what is approved is what runs.
 */
export interface CommandCall {
  argv: readonly [program: string, ...args: string[]];
  /** cmd.exe has its own way of quoting. */
  verbatim: boolean;
}

const PLAIN_BASH = ['--noprofile', '--norc', '-c'];

/** Not by the PATH first: it may hold a project's own directories. */
const PLACES = ['/bin', '/usr/bin', '/usr/local/bin'];

/** Throws HostError when there is no shell to run it. */
export function commandCall(command: string, searchPath: string): CommandCall {
  const bash = process.platform === 'win32' ? windowsBash(searchPath) : unixProgram('bash', searchPath);
  if (bash) return { argv: [bash, ...PLAIN_BASH, command], verbatim: false };
  if (process.platform !== 'win32') throw new HostError('failed', 'bash was not found: install it');
  return { argv: ['cmd.exe', '/d', '/s', '/c', `"${command}"`], verbatim: true };
}

/**
 * The same call with stderr joined to stdout, so that both keep the order they were written in: an outer shell that
 * becomes the inner one. cmd.exe keeps two streams.
 */
export function joined({ argv, verbatim }: CommandCall): CommandCall {
  if (verbatim) return { argv, verbatim };
  return { argv: [argv[0], ...PLAIN_BASH, 'exec "$@" 2>&1', 'bash', ...argv], verbatim };
}

/** A program of the system, by its usual places first. */
export function unixProgram(name: string, searchPath: string): string | undefined {
  const usual = PLACES.map(place => path.join(place, name));
  return [...usual, ...onPath(searchPath, name)].find(file => existsSync(file));
}

/** Not the one in System32: that starts a Linux of its own, with other paths. */
function windowsBash(searchPath: string): string | undefined {
  return onPath(searchPath, 'bash.exe').find(file => !/\\system32/i.test(file) && existsSync(file));
}

function onPath(searchPath: string, name: string): string[] {
  const directories = searchPath.split(path.delimiter).filter(directory => path.isAbsolute(directory));
  return directories.map(directory => path.join(directory, name));
}
