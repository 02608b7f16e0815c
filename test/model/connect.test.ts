import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ModelError } from '../../src/model/client.ts';
import { createModelClient, type ModelClientOptions } from '../../src/model/connect.ts';
import type { Message } from '../../src/protocol/message.ts';
import { until } from '../until.ts';
import { collect, failure, reply, request } from './collect.ts';
import {
  type Answers,
  answer,
  chunk,
  httpBackend,
  json,
  page,
  plain,
  sse,
  stream,
  usage,
} from './httpBackend.ts';

const stop = chunk({}, { finish_reason: 'stop' });

async function connected(answers: Answers, options: Partial<ModelClientOptions> = {}) {
  const server = await httpBackend(answers);
  const waits: number[] = [];
  const client = createModelClient({
    backend: server.backend(),
    sleep: async ms => void waits.push(ms),
    random: () => 0,
    ...options,
  });
  return { server, client, waits };
}

describe('a reply', () => {
  it('comes as deltas and then whole, with usage, timing and nothing to repair', async () => {
    const { client } = await connected({ chat: answer('Hello there') }, { now: stepping(10) });
    const deltas = await collect(client);
    expect(deltas.slice(0, -1)).toEqual([
      { type: 'reasoning', text: 'Let me see.' },
      { type: 'text', text: 'Hello there' },
    ]);
    expect(deltas.at(-1)).toEqual({
      type: 'reply',
      message: { role: 'assistant', reasoning: 'Let me see.', text: 'Hello there', toolCalls: [] },
      finish: 'stop',
      usage: { promptTokens: 100, cachedTokens: 0, completionTokens: 20 },
      timing: expect.objectContaining({ firstTokenMs: 10 }),
      repairs: [],
      reasoningKey: 'reasoning_content',
    });
  });

  it('costs what the price table of its profile says', async () => {
    const told = { ...usage, prompt_tokens: 1_000_000, cached_tokens: 400_000, completion_tokens: 100_000 };
    const { client, server } = await connected({
      chat: stream(sse([chunk({ content: 'Hi' }, {}, { usage: told }), stop])),
    });
    const backend = server.backend({ profile: 'novita', model: 'moonshotai/kimi-k2-thinking' });
    const got = await reply(createModelClient({ backend }));
    expect(got.cost?.currency).toBe('USD');
    expect(got.cost?.amount).toBeCloseTo(0.6 * 0.6 + 0.4 * 0.15 + 0.1 * 2.5);
    expect((await reply(client)).cost).toBeUndefined();
  });

  it('survives CRLF, comments, and characters split between packets', async () => {
    const text = `: hold on\r\n\r\n${sse([chunk({ content: '你好 — ok' }), stop]).replaceAll('\n', '\r\n')}`;
    const bytes = new TextEncoder().encode(text);
    const packets = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
      bytes.slice(i * 7, i * 7 + 7),
    );
    const { client } = await connected({ chat: stream(...packets) });
    expect((await reply(client)).message.text).toBe('你好 — ok');
  });

  it('may come in one piece from a backend that does not stream', async () => {
    const message = { role: 'assistant', content: 'Hi', reasoning_content: 'r' };
    const { client } = await connected({
      chat: json({ choices: [{ message, finish_reason: 'stop' }], usage }),
    });
    expect((await reply(client)).message).toMatchObject({ text: 'Hi', reasoning: 'r' });
  });

  it.each(['text/plain', undefined])('may come in one piece that calls itself %s', async type => {
    const message = { role: 'assistant', content: 'Hi' };
    const { client, waits } = await connected({
      chat: plain(type, JSON.stringify({ choices: [{ message, finish_reason: 'stop' }], usage })),
    });
    expect((await reply(client)).message.text).toBe('Hi');
    expect(waits).toEqual([]);
  });

  it('without usage is estimated, and says so', async () => {
    const { client } = await connected({ chat: stream(sse([chunk({ content: 'Hello' }), stop])) });
    const { usage: told } = await reply(client);
    expect(told.estimated).toBe(true);
    expect(told.promptTokens).toBeGreaterThan(10);
    expect(told.completionTokens).toBeGreaterThan(0);
  });

  it('teaches the estimate how this backend counts', async () => {
    const parts = [chunk({ content: 'Hi' }), stop];
    const told = { choices: [], usage: { prompt_tokens: 1_500, completion_tokens: 1 } };
    const { client } = await connected({ chat: [stream(sse([...parts, told])), stream(sse(parts))] });
    const long = request([{ role: 'user', text: 'word '.repeat(1_000) }]);
    await reply(client, long);
    expect((await reply(client, long)).usage).toMatchObject({ estimated: true, promptTokens: 1_500 });
  });

  it('gets ids that no earlier reply of the session had, though the history forgot them', async () => {
    const made = { name: 'read', arguments: '{}' };
    const { client } = await connected({
      chat: stream(sse([chunk({ tool_calls: [{ index: 0, id: 'read:0', function: made }] }), stop])),
    });
    const ids = [await reply(client), await reply(client)].map(r => r.message.toolCalls[0]?.id);
    expect(ids).toEqual(['read:0', 'read:0__2']);
  });
});

describe('the request', () => {
  it('carries what K2-Thinking wants, and no more', async () => {
    const { client, server } = await connected({ chat: answer('Hi') });
    await reply(client);
    const { body, headers, path } = server.chats[0]!;
    expect(path).toBe('/v1/chat/completions');
    expect(body).toEqual({
      model: 'kimi-k2-thinking',
      messages: [{ role: 'user', content: 'Hello' }],
      tools: [
        expect.objectContaining({ type: 'function', function: expect.objectContaining({ name: 'bash' }) }),
        expect.objectContaining({ type: 'function', function: expect.objectContaining({ name: 'read' }) }),
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 1,
      max_completion_tokens: 32_768,
    });
    expect(headers.authorization).toBeUndefined();
  });

  it('sends the session for the cache where the profile knows it, and no sampling to ids that pin it', async () => {
    const { server } = await connected({ chat: answer('Hi') });
    const backend = server.backend({ profile: 'moonshot', model: 'kimi-k2.6' });
    await reply(createModelClient({ backend }));
    expect(server.chats[0]?.body.prompt_cache_key).toBe('s1');
    expect(server.chats[0]?.body).not.toHaveProperty('temperature');
  });

  it('starts with the same bytes at each step', async () => {
    const { client, server } = await connected({ chat: answer('Hi') });
    const first: Message[] = [
      { role: 'system', text: 'You are Kimi.' },
      { role: 'user', text: 'Go' },
    ];
    await reply(client, request(first));
    const call = { id: 'x', name: 'bash', arguments: '{}' };
    const more: Message[] = [
      { role: 'assistant', reasoning: 'r', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'x', name: 'bash', text: 'done' },
    ];
    await reply(client, request([...first, ...more]));
    const [a, b] = server.chats.map(c => JSON.stringify(c.body.messages));
    expect(b?.startsWith(a!.slice(0, -1))).toBe(true);
    expect(JSON.stringify(server.chats[0]?.body.tools)).toBe(JSON.stringify(server.chats[1]?.body.tools));
  });

  it('echoes reasoning under the key that an unknown backend writes', async () => {
    const said = stream(sse([chunk({ reasoning: 'r' }), chunk({ content: 'Hi' }), stop]));
    const { server } = await connected({ chat: said });
    const client = createModelClient({ backend: server.backend({ profile: 'custom' }) });
    const history: Message[] = [
      { role: 'user', text: 'a' },
      { role: 'assistant', reasoning: 'old', text: 'b', toolCalls: [] },
      { role: 'user', text: 'c' },
    ];
    await reply(client, request(history));
    await reply(client, request(history));
    const echoed = server.chats.map(c => c.body.messages[1]);
    expect(echoed[0]).toMatchObject({ reasoning: 'old', reasoning_content: 'old' });
    expect(echoed[1]).toEqual({ role: 'assistant', reasoning: 'old', content: 'b' });
  });
});

describe('the key', () => {
  const apiKey = 'sk-secret-123';

  it('goes into one header and nowhere else, with none of the client’s own headers', async () => {
    const { client, server } = await connected({ chat: answer('Hi') }, { apiKey: ` ${apiKey}\n` });
    await reply(client);
    for (const { headers, body, path } of server.asked) {
      expect(headers.authorization).toBe(`Bearer ${apiKey}`);
      const { authorization: _, ...others } = headers;
      expect(JSON.stringify([others, body, path])).not.toContain(apiKey);
      expect(Object.keys(headers).filter(h => /^(x-stainless|openai)/.test(h))).toEqual([]);
    }
  });

  it('and the address are not led astray by the environment', async () => {
    const other = await httpBackend({ chat: answer('caught') });
    vi.stubEnv('OPENAI_BASE_URL', other.url);
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-the-environment');
    vi.stubEnv('OPENAI_ORG_ID', 'org');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-other: 1\nauthorization: Bearer other');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { client, server } = await connected({ chat: answer('Hi') });
    await reply(client);
    expect(other.asked).toEqual([]);
    for (const name of ['authorization', 'x-other', 'openai-organization'])
      expect(server.chats[0]?.headers).not.toHaveProperty(name);
  });

  it.each([
    ['answer', json({ error: { message: `bad request for ${apiKey}` } }, 400)],
    ['stream', stream(sse([{ error: { message: `bad request for ${apiKey}`, code: 400 } }]))],
  ])('is not in the error of a backend that quotes it in its %s', async (_, quoting) => {
    const { client } = await connected({ chat: quoting }, { apiKey });
    const error = await failure(collect(client));
    expect(error.message).toContain('***');
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(apiKey);
  });

  it('does not follow a redirect', async () => {
    const other = await httpBackend({ chat: answer('caught') });
    const { client, server } = await connected(
      { chat: json({}, 307, { location: `${other.url}/chat/completions` }) },
      { apiKey },
    );
    const error = await failure(collect(client));
    expect(error).toMatchObject({ kind: 'badRequest', status: 307 });
    expect(error.message).toContain(other.host);
    expect(server.chats).toHaveLength(1);
    expect(other.asked).toEqual([]);
  });

  it.each([
    ['http to another machine', 'http://10.0.0.5:8000/v1', apiKey],
    ['a password in the address', 'https://me:pw@example.org/v1', undefined],
    ['another protocol', 'ftp://example.org/v1', undefined],
    ['no address', 'example', undefined],
    ['a key with a line end inside', 'https://example.org/v1', 'sk\n1'],
  ])('is refused before anything is sent: %s', (_, baseUrl, key) => {
    const backend = { baseUrl, model: 'm', profile: 'custom', standIn: false };
    expect(() => createModelClient({ backend, apiKey: key })).toThrow(ModelError);
  });

  it('is not needed on http to another machine', () => {
    const backend = { baseUrl: 'http://10.0.0.5:8000/v1', model: 'm', profile: 'vllm', standIn: false };
    expect(() => createModelClient({ backend })).not.toThrow();
  });
});

describe('faults on the wire', () => {
  it('void what was shown and ask again', async () => {
    const { client, server, waits } = await connected({
      chat: [stream(sse([chunk({ content: 'Half an ans' })], false)), answer('Whole')],
    });
    const deltas = await collect(client);
    expect(deltas.map(d => d.type)).toEqual(['text', 'unseen', 'retry', 'reasoning', 'text', 'reply']);
    expect(deltas[2]).toMatchObject({ attempt: 2, delayMs: 500, error: { kind: 'network' } });
    expect(waits).toEqual([500]);
    expect(server.chats).toHaveLength(2);
  });

  it.each([
    [
      'a socket that breaks',
      'network',
      (r: import('node:http').ServerResponse) => {
        r.writeHead(200, { 'content-type': 'text/event-stream' });
        r.write(sse([chunk({ content: 'Hal' })], false));
        setImmediate(() => r.destroy());
      },
    ],
    ['a gateway page', 'server', page(504)],
    [
      'an overload told in mid-stream',
      'overloaded',
      stream(
        sse([
          chunk({ content: 'Hal' }),
          { error: { type: 'engine_overloaded_error', message: 'overloaded' } },
        ]),
      ),
    ],
    ['a named error event', 'server', stream('event: error\ndata: {"message":"boom"}\n\n')],
    ['a bare error object', 'server', stream(sse([{ object: 'error', message: 'boom', code: 500 }]))],
    ['thinking alone', 'empty', stream(sse([chunk({ reasoning: 'r' }), stop]))],
    ['an event that is no JSON, then nothing', 'network', stream('data: {"choi\n\n')],
  ] as const)('are retried: %s', async (_, kind, fault) => {
    const { client } = await connected({ chat: [fault, answer('Whole')] });
    const deltas = await collect(client);
    expect(deltas.find(d => d.type === 'retry')).toMatchObject({ error: { kind } });
    expect(deltas.at(-1)).toMatchObject({ type: 'reply', message: { text: 'Whole' } });
  });

  it('are not retried when they would only happen again', async () => {
    const { client, server } = await connected({ chat: json({ error: { message: 'no' } }, 401) });
    expect(await failure(collect(client))).toMatchObject({ kind: 'auth', status: 401 });
    expect(server.chats).toHaveLength(1);
  });

  const html = '<!doctype html><html><body>Sign in to the network</body></html>';
  it.each([
    ['that says so', page(200)],
    ['that does not say what it is', plain(undefined, html)],
    ['that calls itself text', plain('text/plain', html)],
  ])('of a web page in place of an API %s are told as such, at once', async (_, chat) => {
    const { client, server } = await connected({ chat });
    expect((await failure(collect(client))).message).toContain('web page');
    expect(server.chats).toHaveLength(1);
  });

  it.each([
    [
      'an error object',
      'text/plain',
      { error: { message: 'bad key', code: 401 } },
      'does not accept the API key.',
    ],
    ['words', 'application/json', { success: false, code: 403, message: 'No access.' }, 'No access.'],
  ])('of a gateway that refuses with 200 and %s are told as such, at once', async (_, type, body, words) => {
    const { client, server } = await connected({ chat: plain(type, JSON.stringify(body)) });
    const error = await failure(collect(client));
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining(words) });
    expect(server.chats).toHaveLength(1);
  });

  it('ask for all the room there is when the budget ran out in thinking, once', async () => {
    const cut = stream(sse([chunk({ reasoning: 'r' }), chunk({}, { finish_reason: 'length' })]));
    const { client, server } = await connected({ chat: cut });
    const error = await failure(collect(client));
    expect(error).toMatchObject({ kind: 'empty', message: expect.stringContaining('output budget') });
    const budgets = server.chats.map(c => c.body.max_completion_tokens);
    expect(budgets).toEqual([32_768, expect.any(Number)]);
    expect(budgets[1]).toBeGreaterThan(200_000);
  });

  it('of a backend that is not there name it, after one more try', async () => {
    const server = await httpBackend({ chat: answer('Hi') });
    const backend = server.backend({ baseUrl: 'http://127.0.0.1:9/v1' });
    const refusing: typeof fetch = async () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
    };
    const waits: number[] = [];
    const client = createModelClient({ backend, fetch: refusing, sleep: async ms => void waits.push(ms) });
    const error = await failure(collect(client));
    expect(error).toMatchObject({ kind: 'network', message: 'The backend at 127.0.0.1:9 does not answer.' });
    expect(waits).toHaveLength(1);
  });

  it('of a real closed port come out the same', async () => {
    const server = await httpBackend({ chat: answer('Hi') });
    const probe = await import('node:net').then(net => net.createServer().listen(0, '127.0.0.1'));
    await new Promise(resolve => probe.once('listening', resolve));
    const { port } = probe.address() as import('node:net').AddressInfo;
    await new Promise(resolve => probe.close(resolve));
    const backend = server.backend({ baseUrl: `http://127.0.0.1:${port}/v1` });
    const error = await failure(createModelClient({ backend }).info(new AbortController().signal));
    expect(error.message).toBe(`The backend at 127.0.0.1:${port} does not answer.`);
  });
});

it('K2-Thinking at Moonshot is told to be retired, not just missing', async () => {
  const moonshot: typeof fetch = async () =>
    Response.json({ error: { type: 'resource_not_found_error', message: 'Not found' } }, { status: 404 });
  const baseUrl = 'https://api.moonshot.cn/v1';
  const backend = { baseUrl, model: 'kimi-k2-thinking-turbo', profile: 'moonshot-cn', standIn: false };
  const error = await failure(collect(createModelClient({ backend, apiKey: 'sk', fetch: moonshot })));
  expect(error).toMatchObject({ kind: 'unknownModel', status: 404 });
  expect(error.message).toMatch(/retired 2026-05-25.*kimi-k2\.6/);
});

describe('silence', () => {
  const silent = { patience: { firstTokenMs: 5_000, betweenMs: 500 } };

  it('in mid-stream ends the attempt and closes its socket', async () => {
    let closed: () => void;
    const gone = new Promise<void>(resolve => {
      closed = resolve;
    });
    const { client } = await connected(
      {
        chat: [
          r => {
            r.on('close', closed);
            r.writeHead(200, { 'content-type': 'text/event-stream' });
            r.write(sse([chunk({ content: 'Hal' })], false));
          },
          answer('Whole'),
        ],
      },
      silent,
    );
    const deltas = await collect(client);
    expect(deltas.find(d => d.type === 'retry')).toMatchObject({ error: { kind: 'stalled' } });
    expect(deltas.at(-1)).toMatchObject({ message: { text: 'Whole' } });
    await gone;
  });

  it('before the first token has a limit of its own', async () => {
    const { client } = await connected(
      { chat: [() => {}, answer('Whole')] },
      { patience: { firstTokenMs: 1_000, betweenMs: 5_000 } },
    );
    const deltas = await collect(client);
    expect(deltas[0]).toMatchObject({ type: 'retry', error: { kind: 'stalled' } });
  });
});

describe('stopping', () => {
  const reason = new Error('the person stopped it');

  it('in mid-stream throws the reason and closes the socket', async () => {
    let closed: () => void;
    const gone = new Promise<void>(resolve => {
      closed = resolve;
    });
    const { client, server } = await connected({
      chat: r => {
        r.on('close', closed);
        r.writeHead(200, { 'content-type': 'text/event-stream' });
        r.write(sse([chunk({ content: 'Hal' })], false));
      },
    });
    const stopping = new AbortController();
    const read = async () => {
      for await (const delta of client.stream(request(), stopping.signal))
        if (delta.type === 'text') stopping.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    await gone;
    expect(server.chats).toHaveLength(1);
  });

  it('before the answer, and while a retry waits', async () => {
    const stopping = new AbortController();
    const { client } = await connected({ chat: () => stopping.abort(reason) });
    await expect(collect(client, request(), stopping.signal)).rejects.toBe(reason);

    const waiting = new AbortController();
    const busy = await connected(
      { chat: json({ error: { type: 'engine_overloaded_error', message: 'x' } }, 429) },
      {
        sleep: (_, signal) => {
          waiting.abort(reason);
          return Promise.reject(signal.reason);
        },
      },
    );
    await expect(collect(busy.client, request(), waiting.signal)).rejects.toBe(reason);
  });

  it('works with a fetch that does not listen to its signal', async () => {
    const stopping = new AbortController();
    let cancelled = false;
    const deaf: typeof fetch = async input => {
      if (String(input).endsWith('/models')) return Response.json({ data: [] });
      const body = new ReadableStream({
        pull: () => {
          stopping.abort(reason);
          return new Promise<void>(() => {});
        },
        cancel: () => {
          cancelled = true;
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
    const backend = {
      baseUrl: 'http://standin.localhost/v1',
      model: 'k2',
      profile: 'standin',
      standIn: true,
    };
    const client = createModelClient({ backend, fetch: deaf });
    await expect(collect(client, request(), stopping.signal)).rejects.toBe(reason);
    await until(() => cancelled);
  });

  it('already asked for sends nothing', async () => {
    const { client, server } = await connected({ chat: answer('Hi') });
    await expect(collect(client, request(), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.asked).toEqual([]);
  });
});

describe('the window', () => {
  const signal = new AbortController().signal;
  const windowOf = async (models: unknown) =>
    (await connected({ chat: answer('Hi'), models: json(models) })).client.info(signal);

  it.each([
    ['vLLM', { max_model_len: 131_072 }],
    ['Moonshot', { context_length: 131_072 }],
    ['OpenRouter', { context_length: 262_144, top_provider: { context_length: 131_072 } }],
    ['llama.cpp', { meta: { n_ctx_train: 131_072 } }],
  ])('is read from %s', async (_, fields) => {
    const list = {
      data: [
        { id: 'other', context_length: 5 },
        { id: 'kimi-k2-thinking', ...fields },
      ],
    };
    expect(await windowOf(list)).toEqual({ id: 'kimi-k2-thinking', contextWindow: 131_072 });
  });

  it('is that of the only model, whatever it is called there; else the profile’s', async () => {
    expect((await windowOf({ data: [{ id: '/weights', max_model_len: 37_000 }] })).contextWindow).toBe(
      37_000,
    );
    expect((await windowOf({ data: [] })).contextWindow).toBe(262_144);
    expect((await windowOf('nonsense')).contextWindow).toBe(262_144);
  });

  it('is asked for once, and may be refused without harm', async () => {
    const { client, server } = await connected({ chat: answer('Hi'), models: page(404) });
    expect((await client.info(signal)).contextWindow).toBe(262_144);
    await reply(client);
    await client.info(signal);
    expect(server.asked.filter(a => a.path === '/v1/models')).toHaveLength(1);
  });

  it('tells a refused key at once', async () => {
    const { client } = await connected({ chat: answer('Hi'), models: json({ error: {} }, 401) });
    expect(await failure(client.info(signal))).toMatchObject({ kind: 'auth' });
  });

  it('bounds the output budget', async () => {
    const { client, server } = await connected({
      chat: answer('Hi'),
      models: json({ data: [{ id: 'kimi-k2-thinking', max_model_len: 20_000 }] }),
    });
    await reply(client, request([{ role: 'user', text: 'word '.repeat(10_000) }]));
    const { max_completion_tokens: budget } = server.chats[0]!.body;
    expect(budget).toBeGreaterThan(7_000);
    expect(budget).toBeLessThan(10_000);
  });

  it('smaller than believed is learnt from the overflow, and the budget fitted to it', async () => {
    const refusal = `This model's maximum context length is 37000 tokens. However, you requested 42768 tokens (10000 in the messages, 32768 in the completion).`;
    const { client, server } = await connected({
      chat: [json({ object: 'error', message: refusal, code: 400 }, 400), answer('Hi')],
      models: page(404),
    });
    const got = await reply(client, request([{ role: 'user', text: 'word '.repeat(9_000) }]));
    expect(got.repairs).toHaveLength(1);
    expect(server.chats[1]?.body.max_completion_tokens).toBeCloseTo(37_000 - 10_000 - 1_024, -1);
    expect((await client.info(signal)).contextWindow).toBe(37_000);
  });

  it.each([
    [
      'Moonshot',
      {
        error: {
          type: 'invalid_request_error',
          message: 'Invalid request: Your request exceeded model token limit: 5000 (requested: 274613)',
        },
      },
      5_000,
    ],
    [
      'llama.cpp',
      {
        error: {
          code: 400,
          type: 'exceed_context_size_error',
          message: 'the request exceeds the available context size (4096 tokens)',
          n_prompt_tokens: 9000,
          n_ctx: 4096,
        },
      },
      4_096,
    ],
    [
      'SGLang',
      {
        error: {
          message: "The input (9000 tokens) is longer than the model's context length (6000 tokens).",
        },
      },
      6_000,
    ],
  ])('overflow in the words of %s is told, not retried', async (_, body, window) => {
    const { client, server } = await connected({ chat: json(body, 400) });
    const error = await failure(collect(client, request([{ role: 'user', text: 'word '.repeat(9_000) }])));
    expect(error.kind).toBe('contextOverflow');
    expect(server.chats).toHaveLength(1);
    expect((await client.info(signal)).contextWindow).toBe(window);
  });
});

it('an overflow without figures lowers the window only when the prompt is large', async () => {
  const refusal = json({ error: { message: 'Input token length too long' } }, 400);
  const { client } = await connected({
    chat: refusal,
    models: json({ data: [{ id: 'kimi-k2-thinking', max_model_len: 20_000 }] }),
  });
  const window = async () => (await client.info(new AbortController().signal)).contextWindow;
  await failure(collect(client));
  expect(await window()).toBe(20_000);
  await failure(collect(client, request([{ role: 'user', text: 'word '.repeat(15_000) }])));
  expect(await window()).toBeGreaterThan(14_000);
  expect(await window()).toBeLessThan(16_000);
});

/** A clock that goes on by `ms` each time it is looked at. */
function stepping(ms: number): () => number {
  let at = 0;
  return () => {
    at += ms;
    return at;
  };
}
