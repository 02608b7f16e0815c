import { describe, expect, it } from 'vitest';
import { BudgetSpent } from '../../src/model/budgetSpent.ts';
import { type ModelDelta, ModelError, type ModelErrorKind } from '../../src/model/client.ts';
import { type RetryOptions, withRetries } from '../../src/model/retry.ts';

const done: ModelDelta = { type: 'text', text: 'done' };

/** Runs attempts that fail with the given errors in turn, then succeed. */
async function run(errors: Error[], more: Partial<RetryOptions> = {}) {
  const waits: number[] = [];
  const deltas: ModelDelta[] = [];
  let made = 0;
  const attempts = withRetries(
    async function* () {
      const error = errors[made++];
      if (error) throw error;
      yield done;
    },
    {
      sleep: async ms => void waits.push(ms),
      signal: new AbortController().signal,
      random: () => 0,
      known: () => true,
      ...more,
    },
  );
  let thrown: unknown;
  try {
    for await (const delta of attempts) deltas.push(delta);
  } catch (error) {
    thrown = error;
  }
  return { waits, deltas, made, thrown };
}
const errors = (kind: ModelErrorKind, count: number, more = {}) =>
  Array.from({ length: count }, () => new ModelError(kind, kind, more));

describe('retries', () => {
  it('wait twice as long each time, up to a limit, with a little chance', async () => {
    const { waits, deltas } = await run(errors('overloaded', 8));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 32_000]);
    expect(deltas.at(-1)).toEqual(done);
    expect((await run(errors('server', 1), { random: () => 0.999 })).waits).toEqual([625]);
  });

  it('number the attempts as people count them', async () => {
    const { deltas } = await run(errors('server', 2));
    expect(deltas.flatMap(d => (d.type === 'retry' ? d.attempt : []))).toEqual([2, 3]);
  });

  it('let the backend say how long', async () => {
    expect((await run(errors('rateLimit', 2, { retryAfterMs: 7_000 }))).waits).toEqual([7_000, 7_000]);
  });

  it('report a wait that is longer than people would wait', async () => {
    const { thrown, waits } = await run(errors('rateLimit', 1, { retryAfterMs: 3_600_000 }));
    expect(thrown).toMatchObject({ kind: 'rateLimit' });
    expect(waits).toEqual([]);
  });

  it.each(['auth', 'quota', 'badRequest', 'contextOverflow', 'unknownModel'] as const)(
    'are never made for %s',
    async kind => {
      expect(await run(errors(kind, 1))).toMatchObject({ made: 1, deltas: [], thrown: { kind } });
    },
  );

  it.each([
    ['empty', 3],
    ['stalled', 3],
    ['server', 6],
  ] as const)('end for %s after %i attempts with the last error', async (kind, most) => {
    expect(await run(errors(kind, 20))).toMatchObject({ made: most, thrown: { kind } });
  });

  it('are few for a backend that never answered and cannot be reached', async () => {
    const unreachable = errors('network', 20, { cause: new Error('refused') });
    expect((await run(unreachable, { known: () => false })).made).toBe(2);
    expect((await run(unreachable)).made).toBe(8);
  });

  it('of a spent budget come at once, as long as something is left to try', async () => {
    const spent = (remedy?: 'larger' | 'continue') => new BudgetSpent({ reasoning: 'r', text: '' }, remedy);
    expect(await run([spent('larger')])).toMatchObject({ waits: [0], thrown: undefined });
    expect(await run([spent('larger'), spent()])).toMatchObject({ made: 2, thrown: { kind: 'empty' } });
    expect(await run([spent('continue'), spent('continue')])).toMatchObject({ made: 3, thrown: undefined });
    expect((await run(Array.from({ length: 9 }, () => spent('continue')))).made).toBe(3);
  });

  it('leave other errors alone', async () => {
    const bug = new TypeError('bug');
    expect(await run([bug])).toMatchObject({ made: 1, thrown: bug });
  });

  it('stop when asked to, with the reason', async () => {
    const stopping = new AbortController();
    const reason = new Error('stopped');
    const sleep = async () => stopping.abort(reason);
    const { thrown } = await run(errors('server', 5), { signal: stopping.signal, sleep });
    expect(thrown).toBe(reason);
  });
});
