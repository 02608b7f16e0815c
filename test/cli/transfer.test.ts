/** A session leaves one machine and is looked at on another: the bundled command line, in processes of its own. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
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
  for (const args of [['export'], ['export', 'x'], ['import'], ['replay'], ['replay', 'a', '--speed', '0']])
    expect((await ascent(args, place)).code, args.join(' ')).toBe(2);
  for (const args of [
    ['export', 'none', 'f'],
    ['import', 'none'],
    ['replay', '../none'],
  ])
    expect(await ascent(args, place), args.join(' ')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/There is no/),
    });
});
