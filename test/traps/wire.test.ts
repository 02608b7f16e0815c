/** Traps 1, 16 to 20, 22 and 25: limits, money, errors and ends, as backends tell them. */
import { describe, expect, it } from 'vitest';
import { type ModelClient, ModelError } from '../../src/model/client.ts';
import { createModelClient } from '../../src/model/connect.ts';
import { estimatePrompt } from '../../src/model/estimate.ts';
import type { Fault } from '../../src/standin/faults.ts';
import { PROFILE_NAMES } from '../../src/standin/profiles.ts';
import { act, readFile, runCommand } from '../../src/standin/script.ts';
import { answer, httpBackend, json } from '../model/httpBackend.ts';
import { ask, bodies, deltas, field, loop, session, start, TOOLS, turn } from './field.ts';

const mark = act('I mark it.', runCommand({ command: 'echo 1 >> marks.txt' }));
const words = (n: number) => start('word '.repeat(n));
const budgetOf = (body: Record<string, number>) => body.max_completion_tokens ?? body.max_tokens ?? 0;
describe('trap 1: a retired model is told as retired, with what there is instead', () => {
  it.each(['kimi-k2-thinking', 'kimi-k2-thinking-turbo'])('%s, at both platforms', async model => {
    for (const host of ['api.moonshot.ai', 'api.moonshot.cn']) {
      const played = await session({
        profile: 'moonshot',
        models: ['kimi-k2.6', 'kimi-k3'],
        backend: { baseUrl: `https://${host}/v1`, model },
      });
      const end = await turn(played);
      expect(end).toMatchObject({
        reason: 'failed',
        failure: { kind: 'unknownModel', action: 'selectBackend' },
      });
      const { message } = (end as { failure: { message: string } }).failure;
      expect(message).toContain('retired 2026-05-25');
      expect(message).toMatch(/kimi-k2\.6.*kimi-k3.*own server.*OpenRouter/);
      expect(message).not.toContain('404');
    }
  });
});

describe('trap 1: a model that a backend does not list is told before anything is asked of it', () => {
  it.each([
    ['kimi-k2-thinking', ['kimi-k2.6', 'kimi-k3']],
    ['kimi-k3', undefined],
  ])('%s', async (model, instead) => {
    const models = ['kimi-k2.6', 'kimi-k3'];
    const baseUrl = 'https://api.moonshot.ai/v1';
    const { connect, standin } = field({ profile: 'moonshot', models, backend: { baseUrl, model } });
    expect((await connect().info(new AbortController().signal)).instead).toEqual(instead);
    expect(standin.requests).toEqual([]);
  });
});

describe('trap 16: usage is found wherever it stands', () => {
  const long = { replies: [act('r', readFile({ path: 'a' }))] };
  it.each([
    ['moonshot', true],
    ['vllm-new', true],
    ['vllm-old', true],
    ['openrouter', true],
    ['sglang', false],
    ['llamacpp', false],
    ['raw', false],
  ] as const)('%s, cached tokens: %s', async (profile, cached) => {
    const { standin, connect } = field({ profile, ...long });
    const [, second] = await loop(connect(), words(400));
    const told = standin.requests[1]!;
    expect(second?.usage.promptTokens).toBe(told.promptTokens);
    expect(second?.usage.cachedTokens).toBe(cached ? told.cachedTokens : 0);
    expect(told.cachedTokens).toBeGreaterThan(0);
    expect(second?.usage.estimated).toBeUndefined();
  });
  it('and estimated where it stands nowhere', async () => {
    const { standin, connect } = field({ faults: [{ request: 1, kind: 'noUsage' }] });
    const { usage } = await ask(connect(), words(400));
    expect(usage.estimated).toBe(true);
    const ratio = usage.promptTokens / standin.requests[0]!.promptTokens;
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.35);
  });
});

describe('trap 17: an output budget always goes out, and fits what is left', () => {
  it.each([
    ['moonshot', 'max_completion_tokens'],
    ['vllm-new', 'max_completion_tokens'],
    ['sglang', 'max_completion_tokens'],
    ['openrouter', 'max_tokens'],
    ['llamacpp', 'max_tokens'],
    ['raw', 'max_tokens'],
  ] as const)('%s, as %s', async (profile, name) => {
    const { standin, connect } = field({ profile });
    await ask(connect());
    const [body] = bodies(standin);
    expect(body[name]).toBeGreaterThanOrEqual(16_000);
    expect('max_tokens' in body && 'max_completion_tokens' in body).toBe(false);
  });
  it.each([20_000, 24_000, 40_000, 200_000])('in a window of %i tokens', async contextWindow => {
    const { standin, connect } = field({ contextWindow });
    // The second time our estimate is what the backend counts.
    for (const text of ['a first line', 'a second line'])
      await ask(connect(), [...words(9_000), { role: 'user', text }]);
    for (const [at, body] of bodies(standin).entries()) {
      const { promptTokens } = standin.requests[at]!;
      expect(budgetOf(body)).toBeLessThanOrEqual(contextWindow - promptTokens);
      if (contextWindow - promptTokens > 20_000) expect(budgetOf(body)).toBeGreaterThanOrEqual(16_000);
      else expect(budgetOf(body)).toBeGreaterThan((contextWindow - promptTokens) * 0.7);
    }
  });
});

describe('trap 18: nothing is sent that a model refuses', () => {
  const KNOWN = [
    ...['model', 'messages', 'tools', 'stream', 'stream_options', 'temperature', 'prompt_cache_key'],
    ...['max_tokens', 'max_completion_tokens'],
  ];
  it.each(PROFILE_NAMES)('%s: K2-Thinking at temperature 1, without switches', async profile => {
    const { standin, connect } = field({ profile });
    await ask(connect());
    const [body] = bodies(standin);
    expect(body.temperature).toBe(1);
    expect(Object.keys(body).filter(key => !KNOWN.includes(key))).toEqual([]);
  });
  it.each(['kimi-k2.6', 'kimi-k2.7-code', 'kimi-k3', 'kimi-for-coding'])(
    '%s: no sampling at all',
    async model => {
      const { standin, connect } = field({ profile: 'moonshot', models: [model] });
      await ask(connect());
      expect(
        Object.keys(bodies(standin)[0]).filter(key => !KNOWN.includes(key) || key === 'temperature'),
      ).toEqual([]);
    },
  );
  it('a schema always says its types, at every depth', async () => {
    const played = await session({ profile: 'moonshot' });
    await turn(played);
    const untyped: string[] = [];
    const walk = (node: Record<string, unknown>, path: string) => {
      if (typeof node.type !== 'string' || '$ref' in node || 'anyOf' in node) untyped.push(path);
      for (const [name, inner] of Object.entries(node.properties ?? {})) walk(inner, `${path}.${name}`);
      if (node.items) walk(node.items as Record<string, unknown>, `${path}[]`);
    };
    const { tools } = bodies(played.standin)[0];
    expect(tools.length).toBeGreaterThan(8);
    for (const tool of tools) {
      expect(tool.function.parameters.type).toBe('object');
      walk(tool.function.parameters, tool.function.name);
    }
    expect(untyped).toEqual([]);
  });
});

describe('trap 19: the estimate follows what the backend counts', () => {
  it('and is remembered by the next client', async () => {
    const kept = memory();
    const { standin, connect } = field({
      faults: [{ request: 3, kind: 'noUsage' }],
      client: { learnt: kept.store },
    });
    // Mixed case: this backend counts a word as one where we count several.
    const history = start('aBcDeFgH '.repeat(3_000));
    const client = connect();
    await ask(client, history);
    await ask(client, history);
    const { usage } = await ask(connect(), history);
    expect(usage.estimated).toBe(true);
    const counted = standin.requests[2]!.promptTokens;
    expect(estimatePrompt(history, TOOLS) / counted).toBeGreaterThan(1.5);
    expect(usage.promptTokens / counted).toBeCloseTo(1, 1);
  });
});

/** A store in memory, as the file is. */
function memory() {
  const content = new Map<string, string>();
  return {
    content,
    store: {
      read: async (origin: string) => JSON.parse(content.get(origin) ?? 'null'),
      write: async (origin: string, facts: unknown) => void content.set(origin, JSON.stringify(facts)),
    },
  };
}
const signal = new AbortController().signal;

describe('trap 20: the window is the backend’s own', () => {
  it.each(PROFILE_NAMES)('%s tells it in its models list', async profile => {
    const { connect } = field({ profile, contextWindow: 54_321 });
    expect((await connect().info(signal)).contextWindow).toBe(54_321);
  });

  it('llama.cpp tells what it was started with, where its list tells what the model was trained with', async () => {
    const server = await httpBackend({
      chat: answer('hi'),
      models: json({ data: [{ id: 'kimi-k2-thinking', meta: { n_ctx_train: 262_144 } }] }),
      more: { '/props': json({ default_generation_settings: { n_ctx: 131_072 }, total_slots: 1 }) },
    });
    const client = createModelClient({ backend: server.backend({ profile: 'llamacpp' }) });
    expect((await client.info(signal)).contextWindow).toBe(131_072);
    await client.info(signal);
    expect(server.asked.map(({ path }) => path)).toEqual(['/v1/models', '/props']);
  });

  it('Ollama tells it once the model is loaded, and is asked again only then', async () => {
    const loaded: object[] = [];
    const server = await httpBackend({
      chat: answer('hi'),
      models: json({ data: [{ id: 'k2' }, { id: 'qwen3:8b' }] }),
      more: { '/api/ps': (response, asked) => json({ models: loaded })(response, asked) },
    });
    const client = createModelClient({ backend: server.backend({ profile: 'ollama', model: 'k2' }) });
    expect((await client.info(signal)).contextWindow).toBe(262_144);
    expect((await client.info(signal)).contextWindow).toBe(262_144);
    loaded.push(
      { name: 'qwen3:8b', context_length: 4096 },
      { name: 'k2:latest', model: 'k2:latest', context_length: 32_768 },
    );
    await ask(client);
    expect((await client.info(signal)).contextWindow).toBe(32_768);
    expect(server.asked.filter(({ path }) => path === '/api/ps')).toHaveLength(2);
  });

  it('LM Studio tells what is loaded apart from what the model could do', async () => {
    const told = { id: 'k2', state: 'loaded', max_context_length: 262_144, loaded_context_length: 40_960 };
    const server = await httpBackend({
      chat: answer('hi'),
      models: json({ data: [{ id: 'k2', object: 'model', owned_by: 'organization_owner' }] }),
      more: { '/api/v0/models': json({ data: [{ id: 'other', loaded_context_length: 4096 }, told] }) },
    });
    const client = createModelClient({ backend: server.backend({ profile: 'lmstudio', model: 'k2' }) });
    expect((await client.info(signal)).contextWindow).toBe(40_960);
  });

  it('an engine without such a path is asked for it once a reply, and used all the same', async () => {
    const server = await httpBackend({ chat: answer('hi') });
    const client = createModelClient({ backend: server.backend({ profile: 'ollama' }) });
    await ask(client);
    expect((await client.info(signal)).contextWindow).toBe(262_144);
  });

  it.each([
    ['moonshot', 'moonshot'],
    ['vllm', 'vllm-new'],
    ['llamacpp', 'llamacpp'],
  ] as const)(
    'an overflow in the words of %s makes room once, and the turn goes on',
    async (dialect, profile) => {
      const print = (n: number) => act(`${n}.`, runCommand({ command: `echo ${n}; seq 600` }));
      const played = await session({
        profile,
        contextWindow: 70_000,
        replies: [print(1), print(2), print(3)],
        faults: [{ request: 4, kind: 'overflow', dialect }],
      });
      expect(await turn(played)).toMatchObject({ reason: 'done' });
      const trims = (await played.events()).filter(e => e.type === 'context.trimmed');
      expect(trims).toHaveLength(1);
      expect(JSON.stringify(bodies(played.standin)[4].messages)).toContain('Output set aside');
    },
  );

  it('one that nothing can be done about ends the turn with words, and the session goes on', async () => {
    const played = await session({ faults: [{ request: 1, kind: 'overflow', dialect: 'vllm' }] });
    expect(await turn(played)).toMatchObject({ reason: 'failed', failure: { kind: 'contextOverflow' } });
    expect(await turn(played, 'again')).toMatchObject({ reason: 'done' });
  });

  it('one that proved smaller is believed, by the next client too, until the backend tells another', async () => {
    const client = { learnt: memory().store };
    const window = async (made: ModelClient) => (await made.info(signal)).contextWindow;
    const first = field({ contextWindow: 30_000, tells: 60_000, client }).connect();
    expect(await window(first)).toBe(60_000);
    await expect(ask(first, words(40_000))).rejects.toMatchObject({ kind: 'contextOverflow' });
    expect(await window(first)).toBe(30_000);
    expect(await window(field({ contextWindow: 60_000, client }).connect())).toBe(30_000);
    expect(await window(field({ contextWindow: 90_000, client }).connect())).toBe(90_000);
  });

  it('a list that fails leaves what it said the last time', async () => {
    const { store } = memory();
    const { connect, standin } = field({ contextWindow: 54_321, client: { learnt: store } });
    await connect().info(signal);
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input).endsWith('/models') ? new Response('', { status: 404 }) : standin.fetch(input, init);
    const again = field({ client: { learnt: store, fetch } }).connect();
    expect((await again.info(signal)).contextWindow).toBe(54_321);
  });

  it('what is kept holds no key, no prompt and no path, and is not trusted blindly', async () => {
    const kept = memory();
    await ask(
      field({
        client: { learnt: kept.store, apiKey: 'sk-secret' },
        backend: { baseUrl: 'https://a.test/v1/x' },
      }).connect(),
      start('a private matter'),
    );
    const text = JSON.stringify([...kept.content]);
    expect(text).toContain('https://a.test');
    expect(text).not.toMatch(/secret|private|v1\/x/);

    const broken = {
      read: async () => ({ 'kimi-k2-thinking': { window: 'x', ratio: -1 } }),
      write: async () => {},
    };
    const failing = {
      read: () => Promise.reject(new Error('disk')),
      write: () => Promise.reject(new Error('disk')),
    };
    for (const learnt of [broken, failing])
      expect((await ask(field({ client: { learnt } }).connect())).message.text).toBe('Done.');
  });
});

describe('trap 22: the three kinds of 429 are told apart', () => {
  it.each([
    ['overloaded', 7, 7_000],
    ['rateLimit', 3, 3_000],
    ['rateLimit', undefined, 1_000],
    ['overloaded', undefined, 500],
  ] as const)('%s waits (Retry-After %s) and goes on', async (kind, retryAfter, waited) => {
    const faults = [{ request: 1, kind, ...(retryAfter && { retryAfter }) }];
    const { standin, connect, waits } = field({ profile: 'moonshot', faults });
    await ask(connect());
    expect(waits).toEqual([waited]);
    // One request each: the SDK tries nothing by itself.
    expect(standin.requests).toHaveLength(2);
  });
  it.each(['quota', 'dailyLimit'] as const)('%s stops at once, in the account’s own words', async kind => {
    const { standin, connect } = field({ profile: 'moonshot', faults: [{ request: 'every', kind }] });
    const error = await ask(connect()).catch(e => e);
    expect(error).toBeInstanceOf(ModelError);
    expect(error.kind).toBe('quota');
    expect(error.message).toMatch(/insufficient balance|TPD/);
    expect(standin.requests).toHaveLength(1);
  });
  it('an account without credit is told with its balance', async () => {
    const { connect } = field({ profile: 'moonshot', faults: [{ request: 'every', kind: 'quota' }] });
    const error = await ask(connect()).catch(e => e);
    expect(error.message).toMatch(/insufficient balance.*\. The account's balance is -3\.20 USD\.$/s);
  });
  it('and no retry repeats an effect', async () => {
    const faults = [
      'overloaded',
      'rateLimit',
      'serverError',
      'gatewayTimeout',
      'cutInArguments',
      'unreachable',
    ] as const;
    const played = await session({
      profile: 'moonshot',
      replies: [mark],
      faults: [
        ...faults.map((kind, at) => ({ request: at + 1, kind })),
        { request: 8, kind: 'streamError', afterChunks: 2 },
        { request: 9, kind: 'disconnect', afterChunks: 3 },
      ],
    });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    expect(played.shop.read('marks.txt')).toBe('1\n');
    expect(await played.results()).toHaveLength(1);
    expect(played.waits).toHaveLength(8);
  });
});

describe('trap 25: a stream is whole with [DONE] or a finish reason, else it never was', () => {
  it.each(['noDone', 'noFinishReason'] as const)('%s alone is no harm', async kind => {
    const { standin, connect } = field({ replies: [mark], faults: [{ request: 1, kind }] });
    expect((await ask(connect())).message.toolCalls).toHaveLength(1);
    expect(standin.requests).toHaveLength(1);
  });
  const cuts: [string, Fault[]][] = [
    ['in the arguments of a call', [{ kind: 'cutInArguments' }]],
    ['in thinking', [{ kind: 'disconnect', afterChunks: 2 }]],
    ['by an error object', [{ kind: 'streamError', afterChunks: 4 }]],
    ['tidily, but with neither', [{ kind: 'noDone' }, { kind: 'noFinishReason' }]],
  ];
  it.each(cuts)('cut %s: nothing of it is kept, and it is asked for again', async (_, faults) => {
    const struck = faults.map(fault => ({ request: 1, ...fault }));
    const played = await session({ replies: [mark], faults: struck });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    expect(played.shop.read('marks.txt')).toBe('1\n');
    const [first, second] = bodies(played.standin);
    expect(second.messages).toEqual(first.messages);
    expect((await played.events()).filter(e => e.type === 'assistant.message')).toHaveLength(2);
    expect(played.live.filter(l => l.type === 'step.reset')).toHaveLength(1);
  });
  it('silence in mid-stream is an end as well', async () => {
    const { standin, connect } = field({
      replies: [mark],
      faults: [{ request: 1, kind: 'stall', afterChunks: 2, ms: 600_000 }],
      client: { patience: { betweenMs: 500 } },
    });
    const all = await deltas(connect(), start());
    expect(all.filter(d => d.type === 'retry')).toMatchObject([{ error: { kind: 'stalled' } }]);
    expect(standin.requests[0]?.outcome).toBe('cancelled');
  });
});
