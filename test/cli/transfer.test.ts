/** A session leaves one machine and is looked at on another: the bundled command line, in processes of its own. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.ts';
import { exportLines } from '../../src/session/transfer/exportSession.ts';
import { ascent, sampleProject } from './ascent.ts';

it('a session is exported without its secrets, imported, replayed and verified, without a backend', async () => {
  const place = sampleProject();
  const file = path.join(place.work, '..', 'session.ascent.jsonl');
  const key = 'Zk3-cli-canary-0p9Q8w7E6r5T4y';
  writeFileSync(path.join(place.work, 'src', 'config.js'), `export const apiKey = '${key}';\n`);
  const env = { ASCENT_API_KEY: key, HOME: path.dirname(place.work) };
  const run = await ascent(
    [
      'run',
      '--json',
      '--approve',
      'all',
      '--base-url',
      'standin:?speed=0',
      `make the failing test pass, not with ${key}`,
    ],
    place,
    { env },
  );
  const [started] = run.events();
  if (started?.type !== 'session.started') throw new Error('no session');
  const { id } = started;

  const out = await ascent(['export', id, file], place, { env });
  expect(out.out).toMatch(/1 secret was left out/);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(key.slice(0, 12));
  expect(text).not.toContain(path.dirname(place.work));
  expect(await ascent(['export', id, file], place, { env })).toMatchObject({
    code: 1,
    err: expect.stringContaining('--force'),
  });
  expect(await ascent(['export', id, file, '--force'], place, { env })).toMatchObject({ code: 0 });

  const elsewhere = { ...place, state: `${place.state}-2` };
  const imported = JSON.parse((await ascent(['import', file, '--json'], elsewhere)).out);
  expect((await ascent(['sessions'], elsewhere)).out).toContain(`${imported.id}  `);
  expect((await ascent(['sessions'], elsewhere)).out).toContain('imported');
  const resumed = await ascent(['resume', imported.id], elsewhere);
  expect(resumed).toMatchObject({ code: 1, err: expect.stringContaining('imported') });

  for (const what of [file, imported.id]) {
    const replayed = await ascent(['replay', what], elsewhere);
    expect(replayed.code).toBe(0);
    expect(replayed.out).toMatch(/Step 1 of 8 .*\n> make the failing test pass/);
    expect(replayed.out).toMatch(/Edited src\/money\.js \+2 -1\n {4}src\/money\.js\n {4}@@/);
    expect(replayed.out).toMatch(/Done after 8 steps/);
    expect(await ascent(['replay', what, '--verify'], elsewhere)).toMatchObject({ code: 0 });
  }
  const one = await ascent(['replay', id, '--step', '5', '--json'], place);
  expect(JSON.parse(one.out)).toMatchObject({ step: 5, turn: 1, items: expect.any(Array) });
  expect(await ascent(['replay', id, '--step', '99'], place)).toMatchObject({ code: 2 });

  // Somebody changes the file: it is refused as changed, with the line, and nothing is imported.
  appendFileSync(file, 'x');
  expect(await ascent(['import', file], elsewhere)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Line \d+: /),
  });
  // Somebody changes the log: the loop would not have done that.
  const log = path.join(place.state, 'sessions', id, 'log');
  const { encodeRecord } = await import('../../src/session/record.ts');
  const lines = readFileSync(log, 'latin1')
    .trimEnd()
    .split('\n')
    .map(line => line.slice(line.indexOf('{')));
  const at = lines.findLastIndex(line => line.startsWith('{"type":"step.started"'));
  lines[at] = lines[at]!.replace(/"step":\d+/, '"step":3');
  writeFileSync(log, Buffer.concat(lines.map(encodeRecord)));
  const verified = await ascent(['replay', id, '--verify'], place);
  expect(verified).toMatchObject({
    code: 1,
    out: expect.stringContaining(`Event ${JSON.parse(lines[at]!).seq} (step.started 3)`),
  });
});

it('a command line that does not fit is told what is missing', async () => {
  const place = sampleProject();
  const wrong = [['export'], ['export', 'x'], ['import'], ['replay'], ['replay', 'a', '--speed', '0']];
  const usage = await Promise.all(wrong.map(args => ascent(args, place)));
  expect(usage.map(({ code }) => code)).toEqual(wrong.map(() => 2));
  const none = [
    ['export', 'none', 'f'],
    ['import', 'none'],
    ['replay', '../none'],
  ];
  for (const told of await Promise.all(none.map(args => ascent(args, place))))
    expect(told).toMatchObject({ code: 1, err: expect.stringMatching(/There is no/) });
});

it('what an imported session holds steers no terminal', async () => {
  const place = sampleProject();
  const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
  const said = (text: string) => ({ type: 'user.message', turn: 't', text, context: [], steer: false });
  const result = { callId: 'c', isError: true, content: evil, durationMs: 1 };
  const message = {
    role: 'assistant',
    reasoning: evil,
    text: evil,
    toolCalls: [{ id: 'c', name: evil, arguments: evil }],
  };
  const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
  const timing = { firstTokenMs: 1, thinkingMs: 1, totalMs: 1 };
  const reply = { type: 'assistant.message', turn: evil, step: 1, message, usage, contextWindow: 1, timing };
  const title = { ask: evil, busy: evil, done: evil, object: evil };
  const diff = { path: evil, change: 'modified', hunks: `+${evil}`, added: 1, removed: 0 };
  const events = [
    ...started(evil),
    said(evil),
    { type: 'session.titled', title: evil },
    { type: 'step.started', turn: 't', step: 1 },
    { ...reply, cost: { amount: 1, currency: 'USD' } },
    { type: 'tool.planned', callId: 'c', title, access: [] },
    { type: 'tool.result', ...result, display: { kind: 'diff', files: [diff] } },
    { type: 'notice', level: 'warning', code: 'wire', text: evil },
    { type: 'turn.ended', turn: 't', reason: 'failed', failure: { kind: 'x', message: evil, hint: evil } },
  ].map(({ type, ...rest }, seq) => ({ type, seq, at: 1_000 + seq, ...rest }) as SessionEvent);
  const { lines } = exportLines(events, 's', { known: [], home: '/nowhere', now: 1 });
  const file = path.join(place.work, 'evil.ascent.jsonl');
  writeFileSync(file, Buffer.concat([...lines]));
  const { id } = JSON.parse((await ascent(['import', file, '--json'], place)).out);
  const looks = [
    ['sessions'],
    ['log', id],
    ['log', id, '--wire'],
    ['costs', id],
    ['replay', id],
    ['replay', id, '--step', '1'],
    ['replay', id, '--verify'],
  ];
  const seen = await Promise.all(looks.map(args => ascent(args, place)));
  for (const [at, { out, err }] of seen.entries()) {
    const args = looks[at]!;
    expect(out.length + err.length, args.join(' ')).toBeGreaterThan(10);
    expect(`${out}${err}`, args.join(' ')).not.toMatch(/[\u001b\u009b\u202e\u0007]/);
  }
});

function started(text: string) {
  const backend = { baseUrl: text, model: text, profile: text, standIn: false };
  return [
    {
      type: 'session.started',
      version: 1,
      id: 's',
      roots: [text],
      backend,
      mode: 'ask',
      systemPrompt: text,
      tools: [],
    },
    { type: 'turn.started', turn: 't', maxSteps: 9 },
  ];
}
