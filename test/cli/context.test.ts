import { expect, it } from 'vitest';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { ascent, sampleProject } from './ascent.ts';

it('lists where room was made, sums up on demand, and takes the last back', async () => {
  const place = sampleProject();
  place.work = `${place.work}-tree`;
  writeTree(place.work, generateTree(30));
  const backend = ['--base-url', 'standin:?speed=0&window=14000'];
  const run = await ascent(['run', '--json', '--approve', 'all', ...backend, 'go on for 30 steps'], place);
  expect(run.code).toBe(0);
  const { id } = run.events().find(e => e.type === 'session.started')!;

  const listed = await ascent(['context', id, ...backend], place);
  expect(listed.out).toMatch(/^Set \d+ earlier tool outputs aside to make room \(about [\d,]+ tokens\)$/m);

  const summed = await ascent(['context', id, '--summarise', ...backend], place);
  expect(summed.code).toBe(0);
  expect(summed.out.trim().split('\n').at(-1)).toMatch(/^Summarised \d+ earlier messages to make room/);

  const back = await ascent(['context', id, '--undo', ...backend], place);
  expect(back.out.trim().split('\n').at(-1)).toMatch(/^Taken back: Summarised/);
  const goesOn = await ascent(
    ['run', '--approve', 'all', ...backend, '--resume', id, 'what is the weather like?'],
    place,
  );
  expect(goesOn.code).toBe(0);

  const none = await ascent(['context', '--undo'], place);
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('Which session?') });
});
