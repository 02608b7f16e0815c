/**
 * The system's own calls (files, processes), of which the n-th fails. To be imported before anything else: it stands
 * between Node's modules and whoever imports them later.
 */
import type * as childProcess from 'node:child_process';
import { createRequire, syncBuiltinESMExports } from 'node:module';

type Work = (...args: never[]) => unknown;
type Calls = Record<string, Work>;

let left = Number.POSITIVE_INFINITY;
let code = '';
let made = 0;
let hit: string | undefined;

/** The n-th call from now on fails with this code. */
export function failAt(n: number, errorCode: string): void {
  [left, code, made, hit] = [n, errorCode, 0, undefined];
}
/** Nothing fails any more. Says how many calls there were, and which one failed. */
export function failNothing(): { made: number; hit: string | undefined } {
  left = Number.POSITIVE_INFINITY;
  return { made, hit };
}
/** Counts one call; the error that it must fail with, if it is the one. */
export function count(name: string): Error | undefined {
  made++;
  if (--left !== 0) return undefined;
  hit = name;
  return Object.assign(new Error(`${code}: injected, ${name}`), { code, errno: -1, syscall: name });
}

const require = createRequire(import.meta.url);
const fs = require('node:fs') as Calls & { promises: Calls };
const processes = require('node:child_process') as Calls;

/** What hangs on the function (`realpathSync.native`, how it is promised) stays. */
function replace(module: Calls, name: string, wrap: (own: Work) => Work): void {
  const own = module[name];
  if (!own) return;
  const { name: _, length: __, prototype: ___, ...more } = Object.getOwnPropertyDescriptors(own);
  module[name] = Object.defineProperties(wrap(own), more as PropertyDescriptorMap);
}
const throwing = (name: string) => (own: Work) =>
  function (this: unknown, ...args: never[]) {
    const error = count(name);
    if (error) throw error;
    return own.apply(this, args);
  };
const rejecting = (name: string) => (own: Work) =>
  async function (this: unknown, ...args: never[]) {
    const error = count(name);
    if (error) throw error;
    return own.apply(this, args);
  };
/** The error goes to the callback, which comes last. */
const calling = (name: string) => (own: Work) =>
  function (this: unknown, ...args: never[]) {
    const error = count(name);
    if (!error) return own.apply(this, args);
    const callback = args.at(-1) as unknown as (error: Error) => void;
    process.nextTick(callback, error);
  };

for (const name of [
  ...['openSync', 'readSync', 'writeSync', 'readFileSync', 'writeFileSync', 'fstatSync', 'fchmodSync'],
  ...['lstatSync', 'statSync', 'realpathSync', 'readlinkSync', 'readdirSync', 'accessSync'],
  ...['mkdirSync', 'renameSync', 'linkSync', 'unlinkSync'],
])
  replace(fs, name, throwing(name));
replace(fs.realpathSync as unknown as Calls, 'native', throwing('realpathSync.native'));
for (const name of ['fdatasync', 'fsync', 'ftruncate', 'close', 'read', 'write'])
  replace(fs, name, calling(name));
for (const name of [
  ...[
    'readFile',
    'writeFile',
    'appendFile',
    'mkdir',
    'rename',
    'link',
    'lstat',
    'stat',
    'realpath',
    'readdir',
  ],
  ...['readlink', 'access', 'copyFile', 'utimes', 'chmod'],
])
  replace(fs.promises, name, rejecting(name));
replace(fs.promises, 'open', own => async (...args: never[]) => {
  const error = count('open');
  if (error) throw error;
  const handle = (await own(...args)) as Calls;
  for (const name of ['read', 'write', 'writeFile', 'readFile', 'stat', 'sync', 'truncate'])
    replace(handle, name, rejecting(`handle.${name}`));
  return handle;
});
/** A program that cannot be started is told by an event, as Node does. */
replace(processes, 'spawn', own => (...args: never[]) => {
  const error = count(`spawn ${String(args[0]).split('/').at(-1)}`);
  if (!error) return own(...args);
  const [, list, options] = args as unknown as [string, string[], childProcess.SpawnOptions];
  const child = (own as typeof childProcess.spawn)('/nowhere/injected', list, options);
  const emit = child.emit.bind(child);
  child.emit = (event: string, ...rest: unknown[]) => emit(event, ...(event === 'error' ? [error] : rest));
  return child;
});
syncBuiltinESMExports();
