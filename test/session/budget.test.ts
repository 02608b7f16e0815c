/** Hard stops through real parts: the real client, a backend over HTTP, logs on disk. Prices: 4 / 16 / 1 CNY per million. */
import { describe, expect, it } from 'vitest';
import { createModelClient } from '../../src/model/connect.ts';
import type { Limits, Session } from '../../src/session/sessions.ts';
import { type Answer, type Answers, answer, chunk, httpBackend, sse, stream } from '../model/httpBackend.ts';
import { stepLimit } from './limits.ts';
import { when, workshop } from './workshop.ts';

const none: Limits = stepLimit();
/** A reply that costs 0.4 + 0.4 CNY, and asks for a tool. */
const usage = { prompt_tokens: 100_000, completion_tokens: 25_000 };
const dear = stream(
  sse([
    chunk({
      tool_calls: [{ index: 0, id: 'l', function: { name: 'list_files', arguments: '{"path":"."}' } }],
    }),
    chunk({}, { finish_reason: 'tool_calls' }),
    { choices: [], usage },
  ]),
);
const cheap = answer('Done.');

async function bank(chat: Answer | Answer[], answers: Partial<Answers> = {}) {
  const shop = workshop();
  const server = await httpBackend({ chat, ...answers });
  const backend = server.backend({ profile: 'moonshot-cn' });
  return {
    shop,
    server,
    /** A session in a `Sessions` of its own: as far as files go, another process. */
    async open(limits: Partial<Limits>, now: () => number = Date.now) {
      const model = createModelClient({ backend, sleep: async () => {} });
      const session = await shop.start(model, 'ask', { limits: () => ({ ...none, ...limits }), now });
      await session.setBackend(backend);
      return session;
    },
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}
async function say(session: Session, text = 'go') {
  await session.send(text);
  await session.settled();
  const last = session.transcript.items.at(-1);
  if (last?.kind !== 'end') throw new Error('the turn has not ended');
  return last;
}

describe('a limit', () => {
  it('of the session stops before the request that could pass it, and says what to change', async () => {
    await using b = await bank(cheap);
    const session = await b.open({ maxCost: 0.5 });
    const { reason, failure } = await say(session);
    expect(reason).toBe('costLimit');
    expect(failure).toMatchObject({ kind: 'costLimit', action: 'openSettings' });
    expect(failure?.message).toMatch(
      /^The limit of CNY 0\.50 for this session .* CNY 0\.0000 of it is used, .* up to CNY 0\.5\d\.$/,
    );
    expect(failure?.hint).toContain('ascent.maxCost');
    expect(b.server.chats).toEqual([]);
    expect(session.transcript.head.cost).toEqual([]);
  });

  it('that is far away stops nothing', async () => {
    await using b = await bank(cheap);
    const session = await b.open({ maxCost: 1, maxCostPerTurn: 1, maxCostPerDay: 1 });
    expect((await say(session)).reason).toBe('done');
    expect(session.transcript.head.cost).toEqual([{ amount: expect.closeTo(0.00072), currency: 'CNY' }]);
  });

  it('that is raised lets the session go on', async () => {
    await using b = await bank([dear, cheap]);
    const limits = { maxCost: 1 };
    const session = await b.open(limits);
    expect((await say(session)).reason).toBe('costLimit');
    limits.maxCost = 2;
    await session.resume();
    await session.settled();
    expect(session.transcript.head).toMatchObject({ status: 'idle' });
    expect(b.server.chats).toHaveLength(2);
  });

  it('of a turn looks at this turn alone', async () => {
    await using b = await bank([dear, cheap]);
    const session = await b.open({ maxCostPerTurn: 1 });
    expect(await say(session)).toMatchObject({
      reason: 'costLimit',
      failure: { message: expect.stringContaining('for one turn') },
    });
    expect(b.server.chats).toHaveLength(1);
    expect((await say(session, 'again')).reason).toBe('done');
  });

  it('of a day holds for all sessions, and until midnight', async () => {
    await using b = await bank([dear, cheap, cheap]);
    const noon = new Date(2026, 10, 23, 12).getTime();
    let now = noon;
    const clock = () => now++;
    const spender = await b.open({ maxCost: 1 }, clock);
    await say(spender);
    const other = await b.open({ maxCostPerDay: 1 }, clock);
    expect(await say(other)).toMatchObject({
      reason: 'costLimit',
      failure: { message: expect.stringMatching(/all sessions of a day .* CNY 0\.80 of it is used/) },
    });
    now = noon + 13 * 3_600_000;
    expect((await say(other)).reason).toBe('done');
  });

  it('is not passed by two that ask at the same moment', async () => {
    let arrived = Promise.withResolvers<void>();
    let inFlight = 0;
    let most = 0;
    // An answer waits until the other session has asked too, or has been stopped.
    const together: Answer = async (response, asked) => {
      most = Math.max(most, ++inFlight);
      if (inFlight === 2) arrived.resolve();
      await arrived.promise;
      await cheap(response, asked);
      inFlight--;
    };
    await using b = await bank(together);
    for (let round = 0; round < 5; round++) {
      arrived = Promise.withResolvers();
      // Room for one request at a time, not for two.
      const two = [await b.open({ maxCostPerDay: 0.8 }), await b.open({ maxCostPerDay: 0.8 })];
      const turns = two.map(session => say(session));
      await Promise.race(turns);
      arrived.resolve();
      expect((await Promise.all(turns)).map(end => end.reason)).toContain('costLimit');
    }
    expect(most).toBeLessThan(2);
  });

  it('counts a retry like any request, and what the attempt before it cost', async () => {
    const cut = stream(sse([chunk({ content: 'Half' }, {}, { usage })], false));
    await using b = await bank([cut, cheap]);
    const session = await b.open({ maxCost: 1 });
    expect((await say(session)).reason).toBe('costLimit');
    expect(b.server.chats).toHaveLength(1);
    expect(session.transcript.head).toMatchObject({
      cost: [{ amount: expect.closeTo(0.8), currency: 'CNY' }],
      unseen: { requests: 1 },
    });
  });
});

describe('paid but unseen', () => {
  it('is what was written when a person stopped it', async () => {
    const hanging: Answer = response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse([chunk({ content: 'word '.repeat(200) })], false));
    };
    await using b = await bank(hanging);
    const session = await b.open({});
    await session.send('go');
    await when(session, () => session.live.some(l => l.type === 'text.delta'));
    await session.stop();
    const events = await b.shop.events(session.id);
    const paid = events.find(e => e.type === 'request.paid');
    expect(paid?.usage).toMatchObject({ estimated: true, cachedTokens: 0 });
    expect(paid?.usage.promptTokens).toBeGreaterThan(500);
    expect(paid?.usage.completionTokens).toBeGreaterThan(150);
    expect(session.transcript.head.unseen).toEqual({ requests: 1, cost: session.transcript.head.cost });
    expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'stopped' });
  });

  it('is nothing for a request that was refused', async () => {
    const refused: Answer = response => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { type: 'engine_overloaded_error', message: 'overloaded' } }));
    };
    await using b = await bank([refused, cheap]);
    const session = await b.open({});
    expect((await say(session)).reason).toBe('done');
    expect(session.transcript.head.unseen.requests).toBe(0);
  });

  it('is the prompt of a request that a crash cut off; until that is known, all it could cost is held', async () => {
    await using b = await bank([cheap, cheap]);
    const session = await b.open({});
    await say(session);
    await session.close();
    const request = { turn: 't9', step: 1 };
    await b.shop.append(session.id, [
      { type: 'turn.started', turn: 't9', maxSteps: 300 },
      { type: 'user.message', turn: 't9', text: 'more', context: [], steer: false },
      { type: 'step.started', ...request },
      {
        type: 'request.reserved',
        ...request,
        promptTokens: 250_000,
        outputTokens: 32_768,
        atMost: { amount: 1.5, currency: 'CNY' },
      },
    ]);
    const other = await b.open({ maxCostPerDay: 2 });
    expect((await say(other)).failure?.message).toContain('CNY 1.50 of it is used');
    const model = createModelClient({ backend: b.server.backend({ profile: 'moonshot-cn' }) });
    const again = await b.shop.reopen(session.id, model);
    await again.resume();
    await again.settled();
    expect(again.transcript.head.unseen).toEqual({ requests: 1, cost: [{ amount: 1, currency: 'CNY' }] });
    expect((await say(other)).reason).toBe('done');
  });
});

describe('where no price is known', () => {
  it('a backend of other people is not asked while a limit is set', async () => {
    await using b = await bank(cheap);
    const session = await b.open({ maxCostPerDay: 5 });
    const backend = b.server.backend({ profile: 'moonshot-cn', model: 'kimi-unheard-of' });
    const model = createModelClient({ backend });
    const unpriced = await b.shop.start(model, 'ask', { limits: () => ({ ...none, maxCostPerDay: 5 }) });
    await unpriced.setBackend(backend);
    const { reason, failure } = await say(unpriced);
    expect(reason).toBe('costLimit');
    expect(failure).toMatchObject({
      kind: 'priceUnknown',
      message: expect.stringContaining('kimi-unheard-of'),
      hint: expect.stringContaining('ascent.maxCostPerDay'),
    });
    expect(b.server.chats).toEqual([]);
    expect((await say(session)).reason).toBe('done');
  });

  it('one of one’s own is asked, and told once that the limit has no effect', async () => {
    await using b = await bank(cheap);
    const backend = b.server.backend({ profile: 'vllm' });
    const model = createModelClient({ backend });
    const session = await b.shop.start(model, 'ask', { limits: () => ({ ...none, maxCost: 1 }) });
    await session.setBackend(backend);
    await say(session);
    await say(session, 'again');
    const notices = session.transcript.items.filter(i => i.kind === 'notice');
    expect(notices).toMatchObject([{ text: expect.stringMatching(/ascent\.maxCost .*costs nothing/) }]);
    expect(b.server.chats).toHaveLength(2);
  });

  it('and no limit is set, nothing is said', async () => {
    await using b = await bank(cheap);
    const backend = b.server.backend({ profile: 'moonshot-cn', model: 'kimi-unheard-of' });
    const session = await b.shop.start(createModelClient({ backend }), 'ask', { limits: () => none });
    await session.setBackend(backend);
    expect((await say(session)).reason).toBe('done');
  });
});
