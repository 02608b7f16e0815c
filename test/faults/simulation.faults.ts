/** 10,000 seeds, one run each: see ../simulation. A seed that fails goes into the list of simulation.test.ts. */
import { it } from 'vitest';
import { simulateAll } from '../simulation/simulate.ts';

const SEEDS = Number(process.env.FAULTS_SEEDS ?? 10_000);
const FIRST = Number(process.env.FAULTS_SEED ?? 0);

it(`${SEEDS} seeds keep every promise`, async () => {
  const { losses, events, effects } = await simulateAll(FIRST, SEEDS);
  console.log(
    `seeds ${FIRST} to ${FIRST + SEEDS - 1}: ${losses} power losses, ${events} events, ${effects} effects, none lost or doubled`,
  );
});
