import { expect, it } from 'vitest';
import { hitsIn, KEY, runCanary } from './canary.ts';
import { expectNoKey } from './expectNoKey.ts';

it('the search finds the key in every form', () => {
  const bytes = Buffer.from(`ab${KEY}cd`);
  for (const text of [
    KEY,
    JSON.stringify({ a: KEY }),
    encodeURIComponent(KEY),
    bytes.toString('hex'),
    bytes.toString('base64'),
  ])
    expect(hitsIn(`x ${text} y`), text).not.toEqual([]);
  expect(
    hitsIn(
      JSON.stringify(
        [...KEY].map(text => ({ text })),
        undefined,
        0,
      ).replaceAll('"text"', ''),
    ),
  ).not.toEqual([]);
  expect(hitsIn('a text of some length about keys and canaries, sk- and so on')).toEqual([]);
});

it('14 steps with a backend that throws the key back leave no trace of it', {
  timeout: 120_000,
}, async () => {
  await expectNoKey(await runCanary(14, ['--json']), 14);
});
