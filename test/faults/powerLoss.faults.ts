/** The power goes 10,000 times, each time once more during the repair: see ../session/powerLoss.ts. */
import { it } from 'vitest';
import { losePower } from '../session/powerLoss.ts';

const LOSSES = Number(process.env.FAULTS_LOSSES ?? 10_000);
const EACH = 20;

it(`${LOSSES} power losses: every acknowledged event survives`, async () => {
  const first = Number(process.env.FAULTS_SEED ?? 1_000);
  for (let seed = first; seed < first + LOSSES / EACH; seed++) {
    try {
      await losePower(seed, EACH);
    } catch (error) {
      throw new Error(`Seed ${seed} lost something.`, { cause: error });
    }
  }
  console.log(
    `seeds ${first} to ${first + LOSSES / EACH - 1}: ${LOSSES} crash states, and as many during the repair`,
  );
});
