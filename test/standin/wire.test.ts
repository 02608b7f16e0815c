import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES, type ProfileName, profiles } from '../../src/standin/profiles.ts';
import { act, answer, type Reply, readFile, type Scenario } from '../../src/standin/script.ts';
import { createStandin, type StandinOptions } from '../../src/standin/standin.ts';
import { countTokens } from '../../src/standin/tokens.ts';
import { type Json, post, readStream, TOOLS } from './client.ts';

const saying = (reply: Reply): Scenario => ({
  name: 'test',
  about: '',
  matches: () => true,
  next: () => reply,
});
const twoReads = saying(act('Two files to read.', readFile({ path: 'a.ts' }), readFile({ path: 'b.ts' })));
const standinWith = (profile: ProfileName, more: StandinOptions = {}) =>
  createStandin({ profile, tokensPerSecond: 0, record: true, scenario: twoReads, ...more });

const user = { role: 'user', content: 'Go.' };
const ask = async (profile: ProfileName, body: Json = {}, more: StandinOptions = {}) => {
  const standin = standinWith(profile, more);
  const response = await post(standin, {
    model: standin.model,
    messages: [user],
    tools: TOOLS,
    stream: true,
    stream_options: { include_usage: true },
    ...body,
  });
  return { standin, response };
};
const stream = async (profile: ProfileName, body: Json = {}, more: StandinOptions = {}) =>
  readStream((await ask(profile, body, more)).response);
const failure = async (profile: ProfileName, body: Json = {}, more: StandinOptions = {}) => {
  const { response } = await ask(profile, body, more);
  return { status: response.status, error: ((await response.json()) as Json).error };
};

describe('the stream', () => {
  it('comes as reasoning, then text, then calls, token by token, and ends with [DONE]', async () => {
    const reply = { ...act('Let me think about it.', readFile({ path: 'a.ts' })), text: 'Reading a file.' };
    const { chunks, message, finish, done } = await stream('moonshot', {}, { scenario: saying(reply) });
    const kinds = chunks
      .slice(1, -2)
      .map(({ choices: [{ delta }] }) => ('reasoning_content' in delta ? 1 : 'content' in delta ? 2 : 3));
    expect(kinds).toEqual(kinds.toSorted());
    expect(new Set(kinds)).toEqual(new Set([1, 2, 3]));
    expect(kinds.length).toBeGreaterThan(15);
    expect(chunks[0]!.choices[0].delta.role).toBe('assistant');
    expect(message.content).toBe('Reading a file.');
    expect(message.reasoning_content).toBe('Let me think about it.');
    expect(message.tool_calls[0].function.arguments).toBe('{"path":"a.ts"}');
    expect([finish, done]).toEqual(['tool_calls', true]);
  });

  it('says the same without streaming', async () => {
    const { response } = await ask('moonshot', { stream: false });
    const whole = (await response.json()) as Json;
    const streamed = await stream('moonshot');
    expect(whole.choices[0].message.tool_calls).toEqual(streamed.message.tool_calls);
    expect(whole.choices[0].message.reasoning_content).toBe(streamed.message.reasoning_content);
    expect(whole.choices[0].message.content).toBeNull();
    expect(whole.usage).toEqual(streamed.usage);
  });

  it.each([
    ['moonshot', ['read_file:0', 'read_file:1']],
    ['vllm-new', ['functions.read_file:1', 'functions.read_file:2']],
    ['vllm-old', ['functions.read_file:1', 'functions.read_file:2']],
  ] as const)('%s numbers call ids its own way', async (profile, ids) => {
    const messages = [
      user,
      { role: 'assistant', reasoning_content: '', reasoning: '', tool_calls: [toolCall('x:0')] },
      { role: 'tool', tool_call_id: 'x:0', content: 'a' },
    ];
    const { message } = await stream(profile, { messages });
    expect(message.tool_calls.map((call: Json) => call.id)).toEqual(ids);
  });

  it.each([
    ['moonshot', 'reasoning_content'],
    ['vllm-new', 'reasoning'],
    ['vllm-old', 'reasoning_content'],
    ['sglang', 'reasoning_content'],
    ['openrouter', 'reasoning'],
  ] as const)('%s writes reasoning as %s', async (profile, key) => {
    const { message } = await stream(profile);
    expect(message[key]).toBe('Two files to read.');
    expect(Object.keys(message).filter(name => name.startsWith('reasoning'))).toEqual([key]);
  });

  it('moonshot puts usage into the finishing choice too, and cached tokens at the top', async () => {
    const { chunks } = await stream('moonshot');
    expect(chunks.at(-2)!.choices[0].usage).toEqual(chunks.at(-1)!.usage);
    expect(chunks.at(-1)!.choices).toEqual([]);
    expect(chunks.at(-1)!.usage.cached_tokens).toBe(0);
  });

  it('vllm sends usage only when asked, with cached tokens among the details', async () => {
    const asked = await stream('vllm-new');
    expect(asked.usage!.prompt_tokens_details.cached_tokens).toBe(0);
    expect((await stream('vllm-new', { stream_options: undefined })).usage).toBeUndefined();
  });

  it('raw leaves thinking and calls in the content', async () => {
    const { message, finish } = await stream('raw');
    expect(message.content).toMatch(/^<think>Two files to read\.<\/think><\|tool_calls_section_begin\|>/);
    expect(message.content).toContain('functions.read_file:0<|tool_call_argument_begin|>{"path":"a.ts"}');
    expect([message.tool_calls, finish]).toEqual([undefined, 'stop']);
  });

  it('stops at the output budget with finish length', async () => {
    const { message, finish, usage } = await stream('vllm-new', { max_completion_tokens: 3 });
    expect(message.reasoning).toBe('Two files to');
    expect(finish).toBe('length');
    expect(usage!.completion_tokens).toBeLessThan(6);
  });

  it('is the same for the same seed', async () => {
    const clock = { now: () => 1_000_000, sleep: async () => {} };
    const text = async () => (await ask('llamacpp', {}, { seed: 5, clock })).response.text();
    expect(await text()).toBe(await text());
  });

  it('keeps its speed', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    };
    const { chunks } = await stream('vllm-new', {}, { tokensPerSecond: 50, clock });
    expect(now).toBeCloseTo(((chunks.length - 2) * 1000) / 50, 3);
  });
});

describe('models', () => {
  it.each(PROFILE_NAMES)('%s tells its window', async profile => {
    const standin = standinWith(profile, { contextWindow: 99_000 });
    const response = await standin.fetch('http://stand-in.invalid/v1/models');
    const { data } = (await response.json()) as Json;
    expect(data.map((model: Json) => model.id)).toEqual([standin.model]);
    expect(JSON.stringify(data)).toContain('99000');
  });
});

describe('prompt tokens', () => {
  const thought = 'A long thought. '.repeat(50).trim();
  const step = (key: string) => [
    { role: 'assistant', [key]: thought, tool_calls: [toolCall('read_file:0')] },
    { role: 'tool', tool_call_id: 'read_file:0', content: 'text' },
  ];
  const count = async (profile: ProfileName, messages: Json[]) =>
    (await stream(profile, { messages })).usage!.prompt_tokens as number;

  it.each([
    ['moonshot', 'reasoning_content', true],
    ['vllm-new', 'reasoning', true],
    ['vllm-new', 'reasoning_content', false],
    ['vllm-old', 'reasoning_content', true],
    ['vllm-old', 'reasoning', false],
  ] as const)('%s reads %s: %s', async (profile, key, counted) => {
    if (profile === 'moonshot') expect(profiles[profile].strict).toBe(true);
    const without = await count(profile, [user, ...step(key).map(m => ({ ...m, [key]: '' }))]);
    const withThought = await count(profile, [user, ...step(key)]);
    // Where pieces of text meet, a token may join both.
    const expected = counted ? countTokens(thought) : 0;
    expect(Math.abs(withThought - without - expected)).toBeLessThanOrEqual(counted ? 2 : 0);
  });

  it('forgets the reasoning before the last plain answer', async () => {
    const answered = [
      user,
      ...step('reasoning_content'),
      { role: 'assistant', reasoning_content: thought, content: 'Done.' },
    ];
    const running = await count('moonshot', [user, ...step('reasoning_content')]);
    const next = await count('moonshot', [...answered, { role: 'user', content: 'More.' }]);
    expect(next).toBeLessThan(running);
  });

  it('counts a prefix shared with the request before as cached, in chunks of 256', async () => {
    const standin = standinWith('moonshot');
    const system = { role: 'system', content: 'Word '.repeat(2_000) };
    const send = async (messages: Json[], key = 'session') => {
      const body = { model: standin.model, messages, prompt_cache_key: key, stream: true };
      return (await readStream(await post(standin, body))).usage!;
    };
    const first = await send([system, user]);
    expect(first.cached_tokens).toBe(0);
    const again = await send([system, user, ...step('reasoning_content')]);
    expect(again.cached_tokens % 256).toBe(0);
    expect(first.prompt_tokens - again.cached_tokens).toBeLessThan(256);
    expect((await send([system, user], 'other')).cached_tokens).toBe(0);
    const changed = { role: 'system', content: `Changed. ${system.content}` };
    expect((await send([changed, user])).cached_tokens).toBe(0);
  });
});

describe('refusals', () => {
  const call = { role: 'assistant', reasoning_content: '', tool_calls: [toolCall('read_file:0')] };
  const result = { role: 'tool', tool_call_id: 'read_file:0', content: 'text' };
  it.each<[string, Json, string]>([
    [
      'reasoning that is missing',
      { messages: [user, { ...call, reasoning_content: undefined }, result] },
      'thinking is enabled but reasoning_content is missing in assistant tool call message at index 1',
    ],
    [
      'an empty call id',
      { messages: [user, call, result, { ...result, tool_call_id: '' }] },
      'Invalid request: tool_call_id  is not found',
    ],
    [
      'an empty message',
      { messages: [user, { role: 'assistant', reasoning_content: 'x', content: '' }] },
      "Invalid request: the message at position 1 with role 'assistant' must not be empty",
    ],
    [
      'an empty text part',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'text content is empty',
    ],
    [
      'a call without result',
      { messages: [user, call, user] },
      'did not have response messages: read_file:0',
    ],
    ['a tool declared twice', { tools: [TOOLS[0], TOOLS[0]] }, 'function name read_file is duplicated'],
    ['a forced tool', { tool_choice: 'required' }, "tool_choice 'specified' is incompatible"],
  ])('moonshot refuses %s', async (_, body, message) => {
    const { status, error } = await failure('moonshot', body);
    expect(status).toBe(400);
    expect(error.type).toBe('invalid_request_error');
    expect(error.message).toContain(message);
  });

  it('vllm lets the same pass', async () => {
    const messages = [user, { ...call, reasoning_content: undefined }, { ...result, tool_call_id: '' }];
    expect((await stream('vllm-new', { messages })).finish).toBe('tool_calls');
  });

  it.each([
    ['moonshot', 'Your request exceeded model token limit: 1000 (requested: '],
    ['vllm-new', "This model's maximum context length is 1000 tokens."],
    ['llamacpp', 'exceeds the available context size (1000 tokens)'],
  ] as const)('%s words an overflow its own way', async (profile, wording) => {
    const { status, error } = await failure(profile, {}, { contextWindow: 1_000 });
    expect(status).toBe(400);
    expect(error.message).toContain(wording);
    if (profile === 'llamacpp')
      expect(error).toMatchObject({ type: 'exceed_context_size_error', n_ctx: 1000 });
  });

  it.each([
    ['moonshot', 'resource_not_found_error'],
    ['vllm-new', 'NotFoundError'],
  ] as const)('%s does not know other models', async (profile, type) => {
    expect(await failure(profile, { model: 'kimi-k9' })).toMatchObject({ status: 404, error: { type } });
  });

  it('a wrong key is refused everywhere, any key will do where none is set', async () => {
    const wrong = await failure('moonshot', {}, { apiKey: 'other' });
    expect(wrong).toMatchObject({ status: 401, error: { type: 'invalid_authentication_error' } });
    const models = await standinWith('moonshot', { apiKey: 'other' }).fetch(
      'http://stand-in.invalid/v1/models',
    );
    expect(models.status).toBe(401);
    expect((await ask('moonshot', {}, { apiKey: 'key' })).response.status).toBe(200);
  });

  it('refuses what is no request', async () => {
    const standin = standinWith('vllm-new');
    const url = 'http://stand-in.invalid/v1/chat/completions';
    expect((await standin.fetch(url, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await standin.fetch('http://stand-in.invalid/v1/nothing')).status).toBe(404);
  });
});

describe('what is offered', () => {
  it('never calls a tool that was not declared', async () => {
    const { message, finish } = await stream('vllm-new', { tools: [] });
    expect([message.tool_calls, finish]).toEqual([undefined, 'stop']);
    expect(message.content).toContain('read_file');
  });

  it('records requests when asked to', async () => {
    const { standin, response } = await ask('vllm-new');
    await response.text();
    expect(standin.requests).toMatchObject([{ number: 1, status: 200, outcome: 'complete' }]);
    expect(standin.requests[0]!.body.messages).toEqual([user]);
    const silent = standinWith('vllm-new', { record: false, scenario: saying(answer('', 'Hi.')) });
    await (await post(silent, { model: silent.model, messages: [user] })).text();
    expect(silent.requests).toEqual([]);
  });
});

function toolCall(id: string) {
  return { id, type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } };
}
