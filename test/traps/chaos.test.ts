/** The long run (`npm run test:long`) does the same with 300 steps. */
import { expect, it } from 'vitest';
import { marks, run } from './chaos.ts';

const STEPS = 80;

it(`${STEPS} steps with a fault at every tenth request leave the workspace that they leave without`, async () => {
  const calm = await run(STEPS, false);
  const chaos = await run(STEPS, true);
  expect(calm).toMatchObject({ requests: STEPS, continued: 0, errors: 0 });
  expect(chaos.requests).toBeGreaterThan(STEPS + 5);
  expect(chaos.files).toEqual(calm.files);
  expect(chaos.files['marks.log']).toBe(marks(STEPS));
  // Each effect was begun once: what failed had not begun.
  expect(chaos.intents).toBe(calm.intents);
});
