/** Another process swaps directories for links while files are written and read: nothing happens outside. */
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
import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { filesIn, RACE_WRITES, swapping } from './swapping.ts';

describe.skipIf(process.platform === 'win32')(
  'while directories are swapped for links',
  { timeout: 120_000 },
  () => {
    it(`${RACE_WRITES} writes leave nothing outside`, async () => {
      const { root, outside, stop } = await swapping();
      const host = createNodeHost({ roots: [root] });
      const count = { written: 0, refused: 0 };
      // Not before the race was one.
      for (let i = 0; i < RACE_WRITES || count.written === 0 || count.refused === 0; i++) {
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
      await stop();
      expect(filesIn(outside)).toEqual([]);
      expect(filesIn(root).filter(entry => entry.name.endsWith('.tmp'))).toEqual([]);
    });

    it('reads bring nothing from outside', async () => {
      const { root } = await swapping(directory => {
        writeFileSync(path.join(directory, 'ws/a/b/x.txt'), 'ours');
        writeFileSync(path.join(directory, 'outside/a/b/x.txt'), 'SECRET');
      });
      const host = createNodeHost({ roots: [root] });
      const count = { read: 0, refused: 0 };
      for (let i = 0; i < RACE_WRITES / 5 || count.read === 0 || count.refused === 0; i++) {
        const text = await host.read(path.join(root, 'a', 'b', 'x.txt')).then(
          file => file.text,
          () => undefined,
        );
        if (text === undefined) count.refused++;
        else {
          expect(text).toBe('ours');
          count.read++;
        }
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
