import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { files, photograph } from '../session/checkpoints/keeper.ts';
import { ascent, sampleProject } from './ascent.ts';

it('lists what each step changed, and goes back and forth', async () => {
  const place = sampleProject();
  const start = photograph(place.work);
  const run = await ascent(
    ['run', '--approve', 'all', '--base-url', 'standin:?speed=0', 'make the failing test pass'],
    place,
  );
  expect(run.code).toBe(0);
  const id = /Session (\S+)/.exec(run.err)?.[1] ?? '';
  const end = photograph(place.work);
  expect(end).not.toEqual(start);

  const list = await ascent(['checkpoints', id], place);
  expect(list.code).toBe(0);
  expect(list.out).toMatch(/^ +\d+ {2}.* {2}1 file \+\d -\d {2}Edited src/m);
  expect(list.err).toMatch(/take \d+\.\d MB of 1024\.0 MB/);

  const dry = await ascent(['restore', id, '--step', '1', '--dry-run'], place);
  expect(dry.out).toContain('would change');
  expect(photograph(place.work)).toEqual(end);
  writeFileSync(path.join(place.work, 'mine.txt'), 'mine');
  expect(await ascent(['restore', id, '--step', '1'], place)).toMatchObject({ code: 0 });
  expect(readFileSync(path.join(place.work, 'mine.txt'), 'utf8')).toBe('mine');
  files(place.work).remove('mine.txt');
  expect(photograph(place.work)).toEqual(start);
  await ascent(['restore', id, '--undo'], place);
  expect(photograph(place.work)).toEqual(end);

  const changed = dry.out.trim().split('\n')[0]?.split('  ')[1] ?? '';
  const hunks = await ascent(['restore', id, '--step', '1', '--file', changed, '--dry-run'], place);
  expect(hunks.out).toContain('[1] @@');
  await ascent(['restore', id, '--step', '1', '--file', changed, '--hunk', '1'], place);
  expect(photograph(place.work)).toEqual(start);
});

it('says what is wrong with the command', async () => {
  const place = sampleProject();
  expect(await ascent(['restore', 'x'], place)).toMatchObject({ code: 2 });
  expect(await ascent(['restore', 'x', '--step', 'y'], place)).toMatchObject({ code: 2 });
  expect(await ascent(['restore', 'x', '--step', '1', '--hunk', '1'], place)).toMatchObject({ code: 2 });
  expect(await ascent(['restore', 'x', '--step', '1'], place)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no session x'),
  });
});
