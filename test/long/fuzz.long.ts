/** As test/model/fuzz.test.ts, for as long as it takes. */
import { expect, it } from 'vitest';
import { fuzzAssembly } from '../model/fuzzAssembly.ts';
import { fuzzTurn } from '../model/fuzzTurn.ts';
import { areBoth } from '../model/mutatedStreams.ts';

const STREAMS = 100_000;

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
