import { expect, it, onTestFinished } from 'vitest';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { ascent, sampleProject } from './ascent.ts';

it('works for 300 steps on end, and each request begins with the bytes of the one before', async () => {
  const place = sampleProject();
  place.work = `${place.work}-tree`;
  writeTree(place.work, generateTree(200));
  const standin = createStandin({ tokensPerSecond: 0, scenario: 'long-run', models: ['k2'] });
  /** The messages of each request as they were written, without the bracket that closes them. */
  let before = '';
  const grown: boolean[] = [];
  const server = await serveStandin(
    {
      fetch: (input, init) => {
        const messages = /^\{"messages":\[(.*)\],"model":/s.exec(String(init?.body ?? ''))?.[1];
        if (messages !== undefined) {
          grown.push(messages.startsWith(before));
          before = messages;
        }
        return standin.fetch(input, init);
      },
    },
    0,
  );
  onTestFinished(() => server.close());
  const backend = ['--base-url', server.url, '--model', 'k2'];
  const run = await ascent(['run', '--json', '--approve', 'all', ...backend, 'go on for 300 steps'], place);
  const events = run.events();
  expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
  expect(events.filter(e => e.type === 'step.started')).toHaveLength(300);
  expect(grown).toEqual(Array(300).fill(true));
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
