import { expect, it } from 'vitest';
import { orAborted, systemClock } from '../../src/model/clock.ts';
import { patiently } from '../../src/model/patience.ts';

/** A clock moved by hand: `sleep` ends when `pass` has come to its time. */
function handClock() {
  let at = 0;
  const sleepers: { until: number; wake: () => void }[] = [];
  return {
    now: () => at,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((wake, reject) => {
        sleepers.push({ until: at + ms, wake });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    pass(ms: number) {
      at += ms;
      for (const sleeper of sleepers) if (sleeper.until <= at) sleeper.wake();
    },
  };
}

type Step = { after: number; event: string };
async function run(steps: Step[], signal = new AbortController().signal) {
  const clock = handClock();
  const source = (async function* () {
    for (const { after, event } of steps) {
      await Promise.resolve();
      clock.pass(after);
      // Lets a timer that has just run out be heard first.
      await new Promise(resolve => setImmediate(resolve));
      yield event;
    }
  })();
  const got: string[] = [];
  const waiting = {
    patience: { firstTokenMs: 600, betweenMs: 120 },
    clock,
    signal,
    isToken: (event: string) => event === 'token',
    stalled: (ms: number) => new Error(`silent for ${ms}`),
  };
  try {
    for await (const event of patiently(source, waiting)) got.push(event);
  } catch (error) {
    return { got, error: String(error) };
  }
  return { got, error: undefined };
}
const steps = (...list: [number, string][]): Step[] => list.map(([after, event]) => ({ after, event }));

it('bears long silence before the first token, and less of it after', async () => {
  expect(await run(steps([500, 'token'], [100, 'token'], [100, 'token']))).toMatchObject({
    error: undefined,
  });
  expect(await run(steps([500, 'token'], [150, 'token']))).toEqual({
    got: ['token'],
    error: 'Error: silent for 120',
  });
});

it('lets signs of life lengthen the silence between tokens, not the wait for the first', async () => {
  const between = steps([0, 'token'], [100, 'alive'], [100, 'alive'], [100, 'token']);
  expect((await run(between)).error).toBeUndefined();
  const first = steps([300, 'alive'], [299, 'alive'], [10, 'token']);
  expect((await run(first)).error).toBe('Error: silent for 600');
});

it('waits in real time, and stops waiting when asked to', async () => {
  const stopping = new AbortController();
  await systemClock.sleep(1, stopping.signal);
  const sleeping = systemClock.sleep(1e6, stopping.signal);
  const deaf = orAborted(() => new Promise(() => {}), stopping.signal);
  stopping.abort(new Error('stop'));
  await expect(sleeping).rejects.toThrow('stop');
  await expect(deaf).rejects.toThrow('stop');
  await expect(systemClock.sleep(1, stopping.signal)).rejects.toThrow('stop');
});
