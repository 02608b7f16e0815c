/** Every step of 300 can be gone back to, and what is then there is exactly what was there. */
import { expect, it } from 'vitest';
import { keeper, photograph, place } from '../session/checkpoints/keeper.ts';
import { takeSteps } from '../session/checkpoints/steps.ts';

const STEPS = Number(process.env.FAULTS_STEPS ?? 300);
const SEED = Number(process.env.FAULTS_SEED ?? 1);
const files = (state: Record<string, string>) =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('/')));

it(`restore gives the exact state before each of ${STEPS} steps`, async () => {
  const where = place();
  const k = keeper(where, { quietMs: 2_000 });
  const before = await takeSteps(k, where.work, STEPS, SEED);
  for (let step = STEPS; step >= 1; step--) {
    expect((await k.restore({ to: { step } })).conflicts).toEqual([]);
    expect(files(photograph(where.work))).toEqual(files(before[step - 1]!));
  }
  console.log(`seed ${SEED}: ${STEPS} restores, each exact`);
});
