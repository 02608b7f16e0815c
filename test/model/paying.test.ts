/** What requests cost and may cost, and how clients of one account share it: over HTTP. Prices in CNY per million: 4 / 16 / 1. */
import { describe, expect, it } from 'vitest';
import { type AskingPrice, type ModelDelta, ModelError } from '../../src/model/client.ts';
import { createModelClient, type ModelClientOptions } from '../../src/model/connect.ts';
import { createScheduler } from '../../src/model/scheduler.ts';
import { collect, failure, request } from './collect.ts';
import { type Answer, answer, chunk, httpBackend, json, sse, stream, usage } from './httpBackend.ts';

async function connected(chat: Answer | Answer[], more: Partial<ModelClientOptions> = {}) {
  const server = await httpBackend({ chat });
  const backend = server.backend({ profile: 'moonshot-cn' });
  const connect = (options: Partial<ModelClientOptions> = {}) =>
    createModelClient({ backend, random: () => 0, sleep: async () => {}, ...more, ...options });
  return { server, connect, client: connect() };
}
const types = (deltas: ModelDelta[]) => deltas.map(d => d.type);
const unseen = (deltas: ModelDelta[]) => deltas.filter(d => d.type === 'unseen');
const half = chunk({ reasoning_content: 'Thinking it over. ', content: 'Half an answer' });
const refused = (type: string, message: string, headers = {}) =>
  json({ error: { type, message } }, 429, headers);

describe('paid for nothing', () => {
  it('is an answer that was cut: the prompt, and the output that came', async () => {
    const { client } = await connected([stream(sse([half], false)), answer('Whole')]);
    const deltas = await collect(client, request([{ role: 'user', text: 'word '.repeat(1_000) }]));
    expect(types(deltas)).toEqual(['reasoning', 'text', 'unseen', 'retry', 'reasoning', 'text', 'reply']);
    const [paid] = unseen(deltas);
    expect(paid?.usage).toMatchObject({ cachedTokens: 0, estimated: true });
    expect(paid?.usage.promptTokens).toBeGreaterThan(900);
    expect(paid?.usage.completionTokens).toBeGreaterThan(5);
    const { promptTokens, completionTokens } = paid!.usage;
    expect(paid?.cost).toEqual({
      amount: expect.closeTo((promptTokens * 4 + completionTokens * 16) / 1e6, 9),
      currency: 'CNY',
    });
  });

  it('is what the backend counted, where it came to that', async () => {
    const thinking = sse([
      chunk({ reasoning_content: 'r' }, { finish_reason: 'stop' }),
      { choices: [], usage },
    ]);
    const { client } = await connected([stream(thinking), answer('Whole')]);
    const [paid] = unseen(await collect(client));
    expect(paid?.usage).toEqual({ promptTokens: 100, cachedTokens: 0, completionTokens: 20 });
  });

  it('is told also when the last attempt failed, and when a person stopped it', async () => {
    const { client } = await connected(stream(sse([half], false)));
    const seen: ModelDelta[] = [];
    const all = async () => {
      for await (const delta of client.stream(request(), new AbortController().signal)) seen.push(delta);
    };
    await failure(all());
    expect(unseen(seen)).toHaveLength(seen.filter(d => d.type === 'retry').length + 1);

    const { client: hanging } = await connected(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse([half], false));
    });
    const stop = new AbortController();
    const stopped: string[] = [];
    const watch = async () => {
      for await (const delta of hanging.stream(request(), stop.signal)) {
        stopped.push(delta.type);
        if (delta.type === 'text') stop.abort(new Error('stopped'));
      }
    };
    await expect(watch()).rejects.toThrow('stopped');
    expect(stopped).toEqual(['reasoning', 'text', 'unseen']);
  });

  it.each([
    ['a refusal', refused('engine_overloaded_error', 'overloaded')],
    ['a gateway page', json('x', 504)],
    ['an error before the answer began', stream(sse([{ error: { message: 'boom', code: 500 } }]))],
  ])('is not %s', async (_, fault) => {
    const { client } = await connected([fault, answer('Whole')]);
    expect(types(await collect(client))).toEqual(['retry', 'reasoning', 'text', 'reply']);
  });
});

describe('a request', () => {
  it('says before it goes out what it may cost at most, each time', async () => {
    const { client, server } = await connected([stream(sse([half], false)), answer('Whole')]);
    const asked: [AskingPrice, number][] = [];
    const mayAsk = async (price: AskingPrice) => void asked.push([price, server.chats.length]);
    await collect(client, { ...request(), mayAsk });
    expect(asked.map(([, sent]) => sent)).toEqual([0, 1]);
    const [price] = asked[0]!;
    expect(price.outputTokens).toBe(server.chats[0]?.body.max_completion_tokens);
    const amount = (price.promptTokens * 4 + price.outputTokens * 16) / 1e6;
    expect(price.atMost).toEqual({ amount: expect.closeTo(amount, 9), currency: 'CNY' });
  });

  it('asks for more when it gets a larger budget', async () => {
    const cut = stream(sse([chunk({ reasoning_content: 'r' }), chunk({}, { finish_reason: 'length' })]));
    const { client } = await connected([cut, answer('Whole')]);
    const budgets: number[] = [];
    await collect(client, {
      ...request(),
      mayAsk: async price => void budgets.push(price.outputTokens),
    });
    expect(budgets).toEqual([32_768, expect.any(Number)]);
    expect(budgets[1]).toBeGreaterThan(200_000);
  });

  it('is not sent when it may not be, and leaves its place to others', async () => {
    const { connect, server } = await connected(answer('Hi'));
    const scheduler = createScheduler();
    const [poor, rich] = [connect({ scheduler }), connect({ scheduler })];
    const no = new Error('too dear');
    const refuse = () => Promise.reject(no);
    await expect(collect(poor, { ...request(), mayAsk: refuse })).rejects.toBe(no);
    expect(server.chats).toEqual([]);
    expect(types(await collect(rich)).at(-1)).toBe('reply');
  });

  it('without a known price says so by leaving it out', async () => {
    const { connect, server } = await connected(answer('Hi'));
    const client = connect({ backend: server.backend({ profile: 'vllm' }) });
    let asked: AskingPrice | undefined;
    const mayAsk = async (price: AskingPrice) => {
      asked = price;
    };
    await collect(client, { ...request(), mayAsk });
    expect(asked).toEqual({ promptTokens: expect.any(Number), outputTokens: 32_768 });
  });
});

describe('clients of one account', () => {
  /** A scheduler whose waits end when the test says so. */
  function held() {
    let now = 1_800_000_000_000;
    const waits: { ms: number; end(): void }[] = [];
    const scheduler = createScheduler({
      now: () => now,
      sleep: ms =>
        new Promise(resolve => {
          if (ms <= 0) resolve();
          else waits.push({ ms, end: resolve });
        }),
    });
    const pass = (ms: number) => {
      now += ms;
      for (const wait of waits.splice(0)) wait.end();
    };
    return { scheduler, pass };
  }

  it('wait together after a refusal, for as long as the backend asks, and see it', async () => {
    const { scheduler, pass } = held();
    const busy = refused('rate_limit_reached_error', 'max RPM: 100', { 'retry-after': '7' });
    const { connect, server } = await connected([busy, answer('Hi')]);
    const first = connect({ scheduler, sleep: async ms => pass(ms) });
    const second = connect({ scheduler });
    const deltas: ModelDelta[] = [];
    let other: Promise<ModelDelta[]> | undefined;
    for await (const delta of first.stream(request(), new AbortController().signal)) {
      deltas.push(delta);
      if (delta.type !== 'retry') continue;
      // The refusal stands: whoever asks now has to wait, too.
      const waiting = Promise.withResolvers<void>();
      const seen: ModelDelta[] = [];
      other = (async () => {
        for await (const d of second.stream(request(), new AbortController().signal)) {
          seen.push(d);
          if (d.type === 'waiting') waiting.resolve();
        }
        return seen;
      })();
      await waiting.promise;
      expect(seen).toEqual([{ type: 'waiting', reason: expect.stringContaining('max RPM'), delayMs: 7_000 }]);
      expect(server.chats).toHaveLength(1);
    }
    expect(deltas[0]).toMatchObject({ type: 'retry', delayMs: 7_000 });
    expect((await other)?.at(-1)?.type).toBe('reply');
    expect(server.chats).toHaveLength(3);
  });

  it('hear what the headers of an answer say', async () => {
    const { scheduler, pass } = held();
    const told: Answer = (response, asked) => {
      response.setHeader('x-ratelimit-remaining-requests', '0');
      response.setHeader('x-ratelimit-reset-requests', '20s');
      return answer('Hi')(response, asked);
    };
    const { connect } = await connected([told, answer('Hi')]);
    await collect(connect({ scheduler }));
    const deltas: ModelDelta[] = [];
    for await (const delta of connect({ scheduler }).stream(request(), new AbortController().signal)) {
      deltas.push(delta);
      if (delta.type === 'waiting') pass(20_000);
    }
    expect(deltas[0]).toMatchObject({ type: 'waiting', delayMs: 20_000 });
    expect(deltas.at(-1)?.type).toBe('reply');
  });

  it.each([
    ['no credit', 'exceeded_current_quota_error', 'Your account is suspended due to insufficient balance'],
    ['a daily limit', 'rate_limit_reached_error', 'request reached TPD rate limit, current: 9, limit: 8'],
  ])('all stop at %s, which is never tried again', async (_, type, message) => {
    const { scheduler } = held();
    const first = Promise.withResolvers<void>();
    const { connect, server } = await connected(async (response, asked) => {
      await first.promise;
      return refused(type, message)(response, asked);
    });
    const { origin } = new URL(server.url);
    scheduler.lane(origin, undefined).failed(new ModelError('rateLimit', 'max concurrency: 1'), 0, {});
    const sent = failure(collect(connect({ scheduler })));
    const waiting = async () => {
      const deltas = connect({ scheduler }).stream(request(), new AbortController().signal);
      for await (const delta of deltas) if (delta.type === 'waiting') first.resolve();
    };
    expect(await failure(waiting())).toMatchObject({ kind: 'quota' });
    expect(await sent).toMatchObject({ kind: 'quota' });
    expect(server.chats).toHaveLength(1);
  });
});
