/** Another process swaps directories for links while files are brought back: nothing happens outside. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { applyChanges } from '../../../src/session/checkpoints/apply.ts';
import { ensureRepository, repositoryOf } from '../../../src/session/checkpoints/repository.ts';
import { keepBytes } from '../../../src/session/checkpoints/trees.ts';
import { filesIn, RACE_WRITES, swapping } from '../../host/swapping.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

it.skipIf(process.platform === 'win32')(
  'files that are brought back and taken away stay inside',
  async () => {
    const { root, outside, stop } = await swapping();
    const state = temporaryDirectory();
    const repository = repositoryOf(state, root);
    await ensureRepository(repository, state);
    const target = { mode: '100644', id: await keepBytes(repository, Buffer.from('brought back')) };
    // Theirs, under the names that are taken away.
    for (const folder of ['a', 'a/b']) {
      mkdirSync(path.join(outside, folder), { recursive: true });
      writeFileSync(path.join(outside, folder, 'away.txt'), 'theirs');
    }
    const theirs = filesIn(outside).length;
    const count = { done: 0, failed: 0 };
    // Not before the race was one.
    for (let i = 0; i < RACE_WRITES / 20 || count.done === 0 || count.failed === 0; i++) {
      const written = Array.from({ length: 8 }, (_, n) => ({ path: `a/b/${n}.txt`, now: undefined, target }));
      const taken = ['a/away.txt', 'a/b/away.txt'].map(name => ({
        path: name,
        now: target,
        target: undefined,
      }));
      const { done, failed } = await applyChanges(repository, [...taken, ...written]);
      count.done += done.length;
      count.failed += failed.length;
    }
    await stop();
    expect(filesIn(outside)).toHaveLength(theirs);
    for (const folder of ['a', 'a/b'])
      expect(readFileSync(path.join(outside, folder, 'away.txt'), 'utf8')).toBe('theirs');
  },
);
