/** As test/canary/canary.test.ts, 300 steps long, with and without --json. */
import { expect, it } from 'vitest';
import { runCanary } from '../canary/canary.ts';
import { expectNoKey } from '../canary/expectNoKey.ts';

const STEPS = 300;

it.each([['--json'], []])(
  `${STEPS} steps with a backend that throws the key back leave no trace of it (%s)`,
  async (...options) => {
    const canary = await runCanary(STEPS, options.filter(Boolean));
    await expectNoKey(canary, STEPS, true);
    console.log(
      `${canary.asked} requests with the key; ${canary.processes.looked} looks at children; 0 hits`,
    );
    expect(canary.processes.looked).toBeGreaterThan(STEPS / 10);
  },
);
