/** Another process that swaps directories for links, again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../temporaryDirectory.ts';

/** In each race, and on until it was one; ten times as many in the long run. */
export const RACE_WRITES = Number(process.env.RACE_WRITES ?? 500);

/** Moves `ROOT/a`, `ROOT/a/b` away in turn, puts a link to the outside in its place, and brings it back. */
const SWAPPER = `
const fs = require('node:fs'), path = require('node:path');
const [root, outside] = process.argv.slice(1);
let swaps = 0;
process.on('SIGTERM', () => process.exit());
console.log('ready');
const wait = () => { for (let spin = Math.random() * 300_000; spin > 0; spin--); };
(function again() {
  for (let i = 0; i < 20; i++) {
    const place = path.join(root, swaps++ % 2 ? 'a' : 'a/b');
    try { fs.renameSync(place, place + '-moved'); fs.symlinkSync(path.join(outside, path.relative(root, place)), place); } catch {}
    wait();
    try { if (fs.lstatSync(place).isSymbolicLink()) fs.unlinkSync(place); } catch {}
    try { fs.renameSync(place + '-moved', place); }
    // The writer made the directory anew meanwhile: that one is swapped from now on.
    catch { if (fs.existsSync(place)) fs.rmSync(place + '-moved', { recursive: true, force: true }); }
    wait();
  }
  setImmediate(again);
})();
`;

export interface Swapping {
  root: string;
  /** Holds the same empty directories; the links lead there. */
  outside: string;
  /** Resolves when everything is back in its place, and stays there. */
  stop(): Promise<void>;
}

/** @param before makes what is there when it begins, in `ws` and `outside` of the given directory */
export async function swapping(before = (_directory: string) => {}): Promise<Swapping> {
  const directory = temporaryDirectory();
  const [root, outside] = ['ws', 'outside'].map(name => path.join(directory, name)) as [string, string];
  for (const place of [root, outside]) mkdirSync(path.join(place, 'a', 'b'), { recursive: true });
  before(directory);
  const swapper: ChildProcess = spawn(process.execPath, ['-e', SWAPPER, root, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void swapper.kill('SIGKILL'));
  await once(swapper.stdout!, 'data');
  return {
    root,
    outside,
    async stop() {
      swapper.kill('SIGTERM');
      await once(swapper, 'exit');
    },
  };
}

export const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => !entry.isDirectory());
