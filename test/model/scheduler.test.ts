import { describe, expect, it } from 'vitest';
import { ModelError, type ModelErrorKind } from '../../src/model/client.ts';
import { createScheduler, type Lane, type Wait } from '../../src/model/scheduler.ts';

/** Time that passes when a test says so. */
function clock() {
  let now = 1_800_000_000_000;
  const sleepers: { until: number; wake(): void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ until: now + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    async pass(ms: number) {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake();
      await idle();
    },
  };
}
/** Lets all that can go on go on. */
const idle = () => new Promise(resolve => setImmediate(resolve));

function lanes() {
  const time = clock();
  const scheduler = createScheduler(time);
  return { time, scheduler, lane: scheduler.lane('https://k2.example', 'key') };
}

/** A request that wants to go out. */
function ask(lane: Lane, tokens = 1, signal = new AbortController().signal) {
  const request = { waits: [] as Wait[], entered: false, error: undefined as unknown };
  const run = async () => {
    for await (const wait of lane.enter(tokens, signal, request)) request.waits.push(wait);
    request.entered = true;
  };
  run().catch(error => {
    request.error = error;
  });
  return request;
}
const refusal = (kind: ModelErrorKind, message: string = kind) =>
  new ModelError(kind, message, { status: 429 });
const entered = (requests: { entered: boolean }[]) => requests.map(r => r.entered);

describe('requests to one origin and key', () => {
  it('go out at once while nothing is known of a limit', async () => {
    const { lane } = lanes();
    const all = [1, 2, 3, 4].map(() => ask(lane, 100_000));
    await idle();
    expect(entered(all)).toEqual([true, true, true, true]);
    expect(all.flatMap(r => r.waits)).toEqual([]);
  });

  it('are not held for an hour because the clock was set back by one', async () => {
    const { time, lane } = lanes();
    lane.learn(new Headers({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '60' }));
    lane.failed(refusal('rateLimit', 'max RPM: 1'), 7_000, {});
    await time.pass(-3_600_000);
    const first = ask(lane);
    await idle();
    const second = ask(lane);
    await idle();
    expect(entered([first, second])).toEqual([true, false]);
    // The limit itself still holds.
    expect(second.waits.at(-1)?.delayMs).toBe(60_000);
  });

  it('share a cool-down, with the reason and how long; others are not held', async () => {
    const { time, scheduler, lane } = lanes();
    lane.failed(refusal('overloaded', 'k2.example is overloaded.'), 7_000, {});
    const held = ask(scheduler.lane('https://k2.example', 'key'));
    const otherKey = ask(scheduler.lane('https://k2.example', 'another'));
    const otherOrigin = ask(scheduler.lane('https://other.example', 'key'));
    await idle();
    expect(entered([held, otherKey, otherOrigin])).toEqual([false, true, true]);
    expect(held.waits).toEqual([{ reason: 'k2.example is overloaded.', delayMs: 7_000 }]);
    await time.pass(6_999);
    expect(held.entered).toBe(false);
    await time.pass(1);
    expect(held.entered).toBe(true);
  });

  it('do not wait twice for a refusal of their own', async () => {
    const { lane } = lanes();
    const refused = {};
    lane.failed(refusal('overloaded'), 7_000, refused);
    const again = lane.enter(1, new AbortController().signal, refused);
    expect(await again.next()).toEqual({ done: true, value: undefined });
  });

  it('wait longer, and say so, when another refusal asks for more', async () => {
    const { time, lane } = lanes();
    lane.failed(refusal('rateLimit'), 5_000, {});
    const held = ask(lane);
    await idle();
    lane.failed(refusal('rateLimit'), 30_000, {});
    await idle();
    expect(held.waits.map(w => w.delayMs)).toEqual([5_000, 30_000]);
    await time.pass(5_000);
    expect(held.entered).toBe(false);
  });

  it('end at once when they are aborted, and let those behind them pass', async () => {
    const { lane } = lanes();
    lane.failed(refusal('rateLimit', 'max concurrency: 1'), 0, {});
    const running = ask(lane);
    await idle();
    const stop = new AbortController();
    const [first, second] = [ask(lane, 1, stop.signal), ask(lane)];
    await idle();
    stop.abort(new Error('stopped'));
    await idle();
    expect(first.error).toEqual(new Error('stopped'));
    lane.leave(true);
    await idle();
    expect(entered([running, second])).toEqual([true, true]);
  });

  it('all stop when the account has no credit left; later ones ask anew', async () => {
    const { lane } = lanes();
    lane.failed(refusal('rateLimit'), 60_000, {});
    const waiting = [ask(lane), ask(lane)];
    await idle();
    const broke = refusal('quota');
    lane.failed(broke, undefined, {});
    await idle();
    expect(waiting.map(w => w.error)).toEqual([broke, broke]);
    const { lane: fresh } = lanes();
    fresh.failed(broke, undefined, {});
    const later = ask(fresh);
    await idle();
    expect(later.entered).toBe(true);
  });

  it('are not held by failures of other kinds', async () => {
    const { lane } = lanes();
    lane.failed(refusal('server'), 9_000, {});
    lane.failed(refusal('network'), undefined, {});
    const next = ask(lane);
    await idle();
    expect(next.entered).toBe(true);
  });

  it('are fewer at once after a refusal, and more again after replies', async () => {
    const { lane } = lanes();
    const three = [ask(lane), ask(lane), ask(lane)];
    await idle();
    expect(entered(three)).toEqual([true, true, true]);
    lane.leave(false);
    lane.failed(refusal('overloaded'), 0, {});
    const next = ask(lane);
    await idle();
    expect(next).toMatchObject({ entered: false, waits: [{ reason: expect.stringContaining('at once') }] });
    lane.leave(true);
    await idle();
    expect(next.entered).toBe(true);
    const more = ask(lane);
    await idle();
    expect(more.entered).toBe(true);
  });
});

describe('a limit that a refusal names', () => {
  it.each([
    ['requests a minute', 'Your account reached max RPM: 2, please try again after 1 seconds', 1],
    ['requests a minute, as Moonshot says it', 'request reached organization max request: 2', 1],
    ['tokens a minute', 'request reached TPM rate limit, current: 90000, limit: 80000', 40_000],
  ])('%s, is kept to from then on', async (_, message, tokens) => {
    const { time, lane } = lanes();
    lane.failed(refusal('rateLimit', message), 0, {});
    const first = [ask(lane, tokens), ask(lane, tokens)];
    await idle();
    await time.pass(10_000);
    const third = ask(lane, tokens);
    await idle();
    expect(entered([...first, third])).toEqual([true, true, false]);
    expect(third.waits).toMatchObject([{ delayMs: 50_000 }]);
    await time.pass(50_000);
    expect(third.entered).toBe(true);
  });

  it('of tokens counts the output budget in advance, and lets a request above all of it go alone', async () => {
    const { lane, time } = lanes();
    lane.failed(refusal('rateLimit', 'TPM rate limit, current: 9, limit: 50000'), 0, {});
    const large = ask(lane, 60_000);
    await idle();
    expect(large.entered).toBe(true);
    lane.leave(true);
    const small = ask(lane, 1);
    await idle();
    expect(small.entered).toBe(false);
    await time.pass(60_000);
    expect(small.entered).toBe(true);
  });
});

describe('a limit that a refusal names', () => {
  const tiers = [
    { paidIn: 1, atOnce: 1, requests: 3, tokens: 500_000 },
    { paidIn: 20, atOnce: 100, requests: 500, tokens: 3_000_000 },
    { paidIn: 100, atOnce: 200, requests: 5_000, tokens: 3_000_000 },
  ];
  const lane = () => createScheduler(clock()).lane('https://k2.example', 'key', tiers);

  it('tells the account’s other limits, where the host publishes which go together', async () => {
    const known = lane();
    expect(known.tokensAMinute).toBe(Infinity);
    known.failed(refusal('rateLimit', 'Your account reached max RPM: 3'), 0, {});
    expect(known.tokensAMinute).toBe(500_000);
    const two = [ask(known), ask(known)];
    await idle();
    expect(entered(two)).toEqual([true, false]);
  });
  it('tells itself alone, where two kinds of account have it', async () => {
    const known = lane();
    known.failed(refusal('rateLimit', 'reached TPM rate limit, current: 3000001, limit: 3000000'), 0, {});
    expect(known.tokensAMinute).toBe(3_000_000);
    const many = Array.from({ length: 150 }, () => ask(known));
    await idle();
    expect(many.every(request => request.entered)).toBe(true);
  });
});

describe('the headers of an answer', () => {
  it.each([
    ['60000', '30s', 60_000],
    ['1500000', '24h', Infinity],
  ])('name the tokens of a minute: %s until %s', (limit, reset, expected) => {
    const { lane } = lanes();
    lane.learn(new Headers({ 'x-ratelimit-limit-tokens': limit, 'x-ratelimit-reset-tokens': reset }));
    expect(lane.tokensAMinute).toBe(expected);
  });

  it.each([
    ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests', '6m0s', 360_000],
    ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests', '1m2.5s', 62_500],
    ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', '250ms', 250],
    ['X-RateLimit-Remaining', 'X-RateLimit-Reset', '12', 12_000],
    ['X-RateLimit-Remaining', 'X-RateLimit-Reset', '1800000030', 30_000],
    ['X-RateLimit-Remaining', 'X-RateLimit-Reset', '1800000030000', 30_000],
  ])('%s: 0 holds the next until %s: %s', async (remaining, reset, value, delayMs) => {
    const { time, lane } = lanes();
    lane.learn(new Headers({ [remaining]: '0', [reset]: value }));
    const next = ask(lane);
    await idle();
    expect(next.waits).toEqual([{ reason: expect.stringMatching(/limits the (requests|tokens)/), delayMs }]);
    await time.pass(delayMs);
    expect(next.entered).toBe(true);
  });

  it('count down with each request, tokens with what it may take', async () => {
    const { lane } = lanes();
    lane.learn(new Headers({ 'x-ratelimit-remaining-tokens': '70000', 'x-ratelimit-reset-tokens': '30s' }));
    const two = [ask(lane, 40_000), ask(lane, 40_000)];
    await idle();
    expect(entered(two)).toEqual([true, false]);
  });

  it.each([
    ['no time', { 'x-ratelimit-remaining-requests': '0' }],
    ['a time that is none', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }],
    ['a day', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '24h' }],
  ])('with %s hold nobody', async (_, headers) => {
    const { lane } = lanes();
    lane.learn(new Headers(headers));
    const next = ask(lane);
    await idle();
    expect(next.entered).toBe(true);
  });
});
