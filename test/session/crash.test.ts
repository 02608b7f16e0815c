/** Power loss at any moment, through a disk that drops, tears and reorders what was not synced. */
import { describe, expect, it } from 'vitest';
import { check, losePower, writeFor } from './powerLoss.ts';
import { seeded, simulatedDisk } from './simulatedDisk.ts';

const WORKLOADS = 25;
const CRASHES_EACH = 20;

/** `npm run test:faults` loses power 10,000 times. */
describe(`${WORKLOADS * CRASHES_EACH} power losses`, () => {
  it.each(Array.from({ length: WORKLOADS }, (_, seed) => seed))(
    'seed %i: every acknowledged event survives, also when the power goes again during the repair',
    seed => losePower(seed, CRASHES_EACH),
  );

  it('a lying append would be found', async () => {
    const random = seeded(1);
    const { disk, sent } = await writeFor(simulatedDisk(), random, 25);
    const lie = [...sent.values()];
    const crashes = Array.from({ length: 20 }, () =>
      check(disk.crash(disk.journal.length - 5, random), lie, [sent]),
    );
    const outcomes = await Promise.allSettled(crashes);
    expect(outcomes.some(o => o.status === 'rejected')).toBe(true);
  });
});
