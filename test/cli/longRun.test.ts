import { expect, it } from 'vitest';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { ascent, sampleProject } from './ascent.ts';

it('works for 300 steps on end: reads, searches, commands and edits over a tree of files', async () => {
  const place = sampleProject();
  place.work = `${place.work}-tree`;
  writeTree(place.work, generateTree(200));
  const run = await ascent(
    ['run', '--json', '--approve', 'all', '--base-url', 'standin:long-run?speed=0', 'go on for 300 steps'],
    place,
  );
  const events = run.events();
  expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
  expect(events.filter(e => e.type === 'step.started')).toHaveLength(300);
  const results = events.filter(e => e.type === 'tool.result');
  expect(results.filter(r => r.isError)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(299);
  const tools = events.flatMap(e =>
    e.type === 'assistant.message' ? e.message.toolCalls.map(c => c.name) : [],
  );
  expect(new Set(tools)).toEqual(
    new Set(['find_files', 'read_file', 'search_text', 'run_command', 'edit_file']),
  );
  expect(run.code).toBe(0);

  // The whole of it leaves in a file, and there the loop does again what it did.
  const [started] = events;
  if (started?.type !== 'session.started') throw new Error('no session');
  const file = `${place.work}.ascent.jsonl`;
  expect(await ascent(['export', started.id, file], place)).toMatchObject({ code: 0 });
  const verified = JSON.parse((await ascent(['replay', file, '--verify', '--json'], place)).out);
  expect(verified).toMatchObject({ equal: true, requests: 300, open: false });
}, 300_000);
