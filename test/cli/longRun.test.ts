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
}, 300_000);
