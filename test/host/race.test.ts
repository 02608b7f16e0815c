/** Another process swaps directories for links while files are written and read: nothing happens outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HostError } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const WRITES = Number(process.env.RACE_WRITES ?? 500);

/** Moves `ROOT/a`, `ROOT/a/b` away in turn, puts a link to the outside in its place, and brings it back. */
const SWAPPER = `
const fs = require('node:fs'), path = require('node:path');
const [root, outside] = process.argv.slice(1);
let swaps = 0;
process.on('SIGTERM', () => { console.log(swaps); process.exit(); });
console.log('ready');
const wait = () => { for (let spin = Math.random() * 300_000; spin > 0; spin--); };
(function again() {
  for (let i = 0; i < 20; i++) {
    const place = path.join(root, swaps++ % 2 ? 'a' : 'a/b');
    try { fs.renameSync(place, place + '-moved'); fs.symlinkSync(path.join(outside, path.relative(root, place)), place); } catch {}
    wait();
    try { if (fs.lstatSync(place).isSymbolicLink()) fs.unlinkSync(place); } catch {}
    try { fs.renameSync(place + "-moved", place); } catch {}
    wait();
  }
  setImmediate(again);
})();
`;

async function swapping(): Promise<{ root: string; outside: string; swapper: ChildProcess }> {
  const directory = temporaryDirectory();
  const [root, outside] = ['ws', 'outside'].map(name => path.join(directory, name)) as [string, string];
  for (const place of [root, outside]) mkdirSync(path.join(place, 'a', 'b'), { recursive: true });
  const swapper = spawn(process.execPath, ['-e', SWAPPER, root, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void swapper.kill('SIGKILL'));
  await once(swapper.stdout!, 'data');
  return { root, outside, swapper };
}

const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => !entry.isDirectory());

describe.skipIf(process.platform === 'win32')(
  'while directories are swapped for links',
  { timeout: 120_000 },
  () => {
    it(`${WRITES} writes leave nothing outside`, async () => {
      const { root, outside, swapper } = await swapping();
      const host = createNodeHost({ roots: [root] });
      const count = { written: 0, refused: 0 };
      for (let i = 0; i < WRITES; i++) {
        const file = path.join(root, 'a', 'b', `${i % 7}.txt`);
        try {
          const old = await host
            .read(file)
            .catch(error => (error.code === 'notFound' ? undefined : Promise.reject(error)));
          await host.write(file, `line ${i}\n`, old?.hash ?? null);
          count.written++;
        } catch (error) {
          expect(error).toBeInstanceOf(HostError);
          count.refused++;
        }
      }
      swapper.kill('SIGTERM');
      const [swaps] = await once(swapper.stdout!, 'data');
      expect(filesIn(outside)).toEqual([]);
      // The race was one, and what was said to be written was: no temporary file is left either.
      expect(Number(swaps)).toBeGreaterThan(100);
      expect(count.written).toBeGreaterThan(0);
      expect(count.refused).toBeGreaterThan(0);
      expect(filesIn(root).filter(entry => entry.name.endsWith('.tmp'))).toEqual([]);
    });

    it('reads bring nothing from outside', async () => {
      const { root, outside } = await swapping();
      writeFileSync(path.join(outside, 'a', 'b', 'x.txt'), 'SECRET');
      const host = createNodeHost({ roots: [root] });
      for (let i = 0; i < WRITES / 5; i++) {
        const text = await host.read(path.join(root, 'a', 'b', 'x.txt')).then(
          file => file.text,
          () => '',
        );
        expect(text).not.toContain('SECRET');
      }
    });
  },
);

describe.skipIf(process.platform === 'win32')('a link on the way', () => {
  function linked() {
    const directory = temporaryDirectory();
    const root = path.join(directory, 'ws');
    mkdirSync(root);
    mkdirSync(path.join(directory, 'outside'));
    writeFileSync(path.join(directory, 'outside', 'x.txt'), 'there');
    symlinkSync('../outside', path.join(root, 'link'));
    return { directory, root, host: createNodeHost({ roots: [root] }) };
  }
  it('is not followed by reading, writing or making directories', async () => {
    const { directory, root, host } = linked();
    await expect(host.read(path.join(root, 'link', 'x.txt'))).rejects.toMatchObject({ code: 'changed' });
    await expect(host.write(path.join(root, 'link', 'y.txt'), 'y', null)).rejects.toMatchObject({
      code: 'changed',
    });
    await expect(host.write(path.join(root, 'link', 'n', 'y.txt'), 'y', null)).rejects.toMatchObject({
      code: 'changed',
    });
    expect(readdirSync(path.join(directory, 'outside'))).toEqual(['x.txt']);
  });
  it('to the workspace itself is fine', async () => {
    const { directory, root } = linked();
    symlinkSync('ws', path.join(directory, 'ws-link'));
    const host = createNodeHost({ roots: [path.join(directory, 'ws-link')] });
    await host.write(path.join(directory, 'ws-link', 'new', 'a.txt'), 'a', null);
    expect(readFileSync(path.join(root, 'new', 'a.txt'), 'utf8')).toBe('a');
  });
  it('at the end is replaced, not followed, by nobody: it is refused', async () => {
    const { directory, root, host } = linked();
    symlinkSync('../outside/x.txt', path.join(root, 'end.txt'));
    await expect(host.read(path.join(root, 'end.txt'))).rejects.toMatchObject({ code: 'notAFile' });
    await expect(host.write(path.join(root, 'end.txt'), 'x', null)).rejects.toThrow();
    expect(lstatSync(path.join(root, 'end.txt')).isSymbolicLink()).toBe(true);
    expect(existsSync(path.join(directory, 'outside', 'x.txt'))).toBe(true);
  });
});
