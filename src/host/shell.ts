/** Which shell runs a command line. The rules that judge a command line are written for bash. */
import { existsSync } from 'node:fs';
import path from 'node:path';

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

export function shellFor(command: string, searchPath: string): ShellCall {
  if (process.platform !== 'win32') return bashCall('bash', command);
  const bash = windowsBash(searchPath);
  if (bash) return bashCall(bash, command);
  return { file: 'cmd.exe', args: ['/d', '/s', '/c', `"${command}"`], verbatim: true };
}

function bashCall(bash: string, command: string): ShellCall {
  return { file: bash, args: [...PLAIN_BASH, JOIN, 'bash', bash, ...PLAIN_BASH, command], verbatim: false };
}

/** Not the one in System32: that starts a Linux of its own, with other paths. */
function windowsBash(searchPath: string): string | undefined {
  const directories = searchPath
    .split(path.delimiter)
    .filter(d => path.isAbsolute(d) && !/\\system32/i.test(d));
  return directories.map(d => path.join(d, 'bash.exe')).find(file => existsSync(file));
}
