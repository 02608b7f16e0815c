/** 100,000 lines that run unasked, traced. FUZZ_CASES, FUZZ_SEED and FUZZ_ONLY (a word in each line) make other runs. */
import { expect, it } from 'vitest';
import { findDifferences } from '../safety/fuzz/differences.ts';
import { whyNotTraced } from '../safety/fuzz/traced.ts';

const cases = Number(process.env.FUZZ_CASES ?? 100_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const only = process.env.FUZZ_ONLY ?? '';
const whyNot = whyNotTraced();

it.skipIf(whyNot)(
  `${cases} generated lines (seed ${seed}) start what was decoded and nothing else${whyNot ? ` (skipped: ${whyNot})` : ''}`,
  { timeout: 3 * 3_600_000 },
  async () => {
    const { differences, run, started, judged } = await findDifferences(cases, seed, only);
    console.log(
      `${judged} judged, ${run} run, ${started} programs started, ${differences.length} differences`,
    );
    expect(differences, `seed ${seed}`).toEqual([]);
  },
);
