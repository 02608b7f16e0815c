/** 2,000 of them each time; FUZZ_SEED makes another run, `npm run test:long` a longer one. */
import { expect, it } from 'vitest';
import { findDifferences } from './fuzz/differences.ts';
import { whyNotTraced } from './fuzz/traced.ts';

const seed = Number(process.env.FUZZ_SEED ?? 2026);
const whyNot = whyNotTraced();

it.skipIf(whyNot)(
  `2,000 generated lines that run unasked start what was decoded and nothing else${whyNot ? ` (skipped: ${whyNot})` : ''}`,
  { timeout: 600_000 },
  async () => {
    const { differences, run, started } = await findDifferences(2_000, seed);
    expect(differences, `seed ${seed}`).toEqual([]);
    expect(run).toBe(2_000);
    expect(started).toBeGreaterThan(1_000);
  },
);
