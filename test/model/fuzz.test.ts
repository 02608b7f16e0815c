/** The long run (`npm run test:long`) does the same with 100,000 streams. */
import { expect, it } from 'vitest';
import { fuzzAssembly } from './fuzzAssembly.ts';
import { fuzzTurn } from './fuzzTurn.ts';
import { areBoth } from './mutatedStreams.ts';

const STREAMS = 3_000;

it(`${STREAMS} mutated streams end in a sound reply or a ModelError, and show no control token`, () => {
  const { ends, found } = fuzzAssembly(STREAMS);
  expect(found).toEqual([]);
  expect(ends).toSatisfy(areBoth);
});

it(`${STREAMS} turns that begin with one run only declared calls with valid arguments, each once`, async () => {
  const { ends, found, calls } = await fuzzTurn(STREAMS);
  expect(found).toEqual([]);
  expect(ends).toSatisfy(areBoth);
  expect(calls).toBeGreaterThan(STREAMS / 5);
});
