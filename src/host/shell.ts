/** Which shell runs a command line. The rules that judge a command line are written for bash. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { HostError } from './host.ts';

export interface ShellCall {
  file: string;
  args: string[];
  /** cmd.exe has its own way of quoting. */
  verbatim: boolean;
}

/**
 * The outer shell joins stderr to stdout, so that both keep the order they were written in, and becomes the inner
 * one, which gets the command line as it was approved.
 */
const JOIN = 'exec "$@" 2>&1';
const PLAIN_BASH = ['--noprofile', '--norc', '-c'];

/** Not by the PATH first: it may hold a project's own directories. */
const UNIX_BASH = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'];

/** Throws HostError when there is no shell to run it. */
export function shellFor(command: string, searchPath: string): ShellCall {
  const bash = process.platform === 'win32' ? windowsBash(searchPath) : unixBash(searchPath);
  if (bash)
    return { file: bash, args: [...PLAIN_BASH, JOIN, 'bash', bash, ...PLAIN_BASH, command], verbatim: false };
  if (process.platform !== 'win32') throw new HostError('failed', 'bash was not found: install it');
  return { file: 'cmd.exe', args: ['/d', '/s', '/c', `"${command}"`], verbatim: true };
}

function unixBash(searchPath: string): string | undefined {
  return [...UNIX_BASH, ...onPath(searchPath, 'bash')].find(file => existsSync(file));
}

/** Not the one in System32: that starts a Linux of its own, with other paths. */
function windowsBash(searchPath: string): string | undefined {
  return onPath(searchPath, 'bash.exe').find(file => !/\\system32/i.test(file) && existsSync(file));
}

function onPath(searchPath: string, name: string): string[] {
  const directories = searchPath.split(path.delimiter).filter(directory => path.isAbsolute(directory));
  return directories.map(directory => path.join(directory, name));
}
