/** A command outlives the window: after a reload its card goes on, and its result comes. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { obedient } from '../standin/obedient.ts';
import { openWindow, type Window } from '../ui/harness/window.ts';

let server: StandinServer;
let window: Window;

beforeAll(async () => {
  server = await serveStandin(createStandin({ tokensPerSecond: 0, scenario: obedient }), 0);
  window = await openWindow({
    settings: { 'ascent.backend.baseUrl': server.url, 'ascent.approvals': 'all' },
  });
});
afterAll(async () => {
  await window?.close();
  await server?.close();
});

test('a command that runs while the window reloads goes on in its card, and runs once', async () => {
  const { chat, folder, reload } = window;
  const at = (name: string) => path.join(folder, name);
  await chat.open();
  await chat.send(
    'echo run >> runs.txt; seq -f "line %.0f" 40; until [ -e go ]; do sleep 0.05; done; echo finished; exit 3',
  );
  const running = chat.row(/^Running echo run/);
  const tail = chat.transcript.locator('.output-tail');
  await running.waitFor({ timeout: 60_000 });
  await tail.getByText('line 40').waitFor();

  await reload();
  await chat.open();
  await running.waitFor({ timeout: 60_000 });
  await tail.getByText('line 40').waitFor();

  writeFileSync(at('go'), '');
  await chat.finished.waitFor({ timeout: 60_000 });
  const row = chat.row(/^Ran echo run/);
  await row.waitFor();
  await row.click();
  await chat.transcript.getByText('Exit 3', { exact: true }).waitFor();
  await chat.transcript.getByText(/^line 1\n(line \d+\n)*finished$/).waitFor();
  expect(readFileSync(at('runs.txt'), 'utf8')).toBe('run\n');
});
