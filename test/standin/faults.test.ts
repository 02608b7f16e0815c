import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/standin/faults.ts';
import { act, readFile, writeFile } from '../../src/standin/script.ts';
import { createStandin, type StandinOptions } from '../../src/standin/standin.ts';
import { eventsOf, type Json, post, readStream, TOOLS } from './client.ts';

const reply = act(
  'Two things at once, so both go out together.',
  readFile({ path: 'größe.ts' }),
  writeFile({ path: 'b.ts', content: 'line one\nline two' }),
);

function standinWith(fault: Fault, more: StandinOptions = {}) {
  return createStandin({
    profile: 'moonshot',
    tokensPerSecond: 0,
    record: true,
    scenario: { name: 'test', about: '', matches: () => true, next: () => reply },
    faults: [{ request: 1, ...fault }],
    ...more,
  });
}
async function send(fault: Fault, body: Json = {}, more: StandinOptions = {}) {
  const standin = standinWith(fault, more);
  const request = { messages: [{ role: 'user', content: 'Go.' }], tools: TOOLS, stream: true };
  return post(standin, { model: standin.model, ...request, ...body });
}
const read = async (fault: Fault) => readStream(await send(fault));
const callDeltas = (chunks: Json[]): Json[] =>
  chunks.flatMap(chunk => chunk.choices[0]?.delta.tool_calls ?? []);

describe('faults of the model', () => {
  it('stops after thinking', async () => {
    const { message, finish } = await read({ kind: 'thinkOnly' });
    expect(message.reasoning_content).toContain('both go out together');
    expect([message.content, message.tool_calls, finish]).toEqual(['', undefined, 'stop']);
  });

  it('runs out of budget in the middle of a thought', async () => {
    const { message, finish } = await read({ kind: 'lengthInReasoning' });
    expect(reply.reasoning).toContain(message.reasoning_content);
    expect([message.content, finish]).toEqual(['', 'length']);
  });

  it.each(['reasoning', 'content'] as const)('leaks call markup into %s', async where => {
    const { message } = await read({ kind: 'markup', where });
    const text = where === 'reasoning' ? message.reasoning_content : message.content;
    expect(text).toContain('<|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path"');
    expect(message.tool_calls).toBeUndefined();
  });

  it('splits leaked markup over chunks', async () => {
    const { chunks } = await read({ kind: 'markup', where: 'content', split: true });
    expect(JSON.stringify(chunks.map(chunk => chunk.choices[0]?.delta.content))).not.toContain('tool_call');
  });

  it('calls a tool nobody declared', async () => {
    const { message } = await read({ kind: 'undeclaredTool', name: 'browse' });
    expect(message.tool_calls.map((call: Json) => call.function.name)).toEqual(['browse', 'write_file']);
  });

  it.each(['rawNewline', 'missingBrace', 'badEscape'] as const)('writes broken JSON: %s', async how => {
    const { message } = await read({ kind: 'invalidJson', how });
    for (const call of message.tool_calls) expect(() => JSON.parse(call.function.arguments)).toThrow();
  });

  it('encodes arguments twice', async () => {
    const { message } = await read({ kind: 'invalidJson', how: 'doubleEncoded' });
    expect(JSON.parse(JSON.parse(message.tool_calls[0].function.arguments))).toEqual({ path: 'größe.ts' });
  });

  it('says tool_calls without any, and stop with some', async () => {
    expect(await read({ kind: 'finishWithoutCalls' })).toMatchObject({ finish: 'tool_calls' });
    expect((await read({ kind: 'finishWithoutCalls' })).message.tool_calls).toBeUndefined();
    const stopped = await read({ kind: 'stopWithCalls' });
    expect([stopped.finish, stopped.message.tool_calls.length]).toEqual(['stop', 2]);
  });
});

describe('faults of the stream', () => {
  it('leaves out the finish reason, [DONE] or the usage', async () => {
    expect((await read({ kind: 'noFinishReason' })).finish).toBeNull();
    expect((await read({ kind: 'noDone' })).done).toBe(false);
    expect((await read({ kind: 'noUsage' })).usage).toBeUndefined();
    expect((await read({ kind: 'emptyContentList' })).chunks[0]!.choices[0].delta.content).toEqual([]);
  });

  it('breaks in the middle of the arguments', async () => {
    const response = await send({ kind: 'cutInArguments' });
    const seen: string[] = [];
    const decoder = new TextDecoder();
    const reading = (async () => {
      for await (const bytes of response.body!) seen.push(decoder.decode(bytes));
    })();
    await expect(reading).rejects.toThrow('terminated');
    const written = callDeltas(eventsOf(seen.join('')) as Json[]).map(part => part.function.arguments);
    expect(written.join('')).not.toBe('');
    expect(() => JSON.parse(written.join(''))).toThrow();
  });

  it('breaks, or reports an error, after some chunks', async () => {
    await expect(read({ kind: 'disconnect', afterChunks: 3 })).rejects.toThrow('terminated');
    const { chunks, done } = await read({ kind: 'streamError', afterChunks: 3 });
    expect(chunks).toHaveLength(4);
    expect(chunks.at(-1)!.error.type).toBe('engine_overloaded_error');
    expect(done).toBe(false);
  });

  it('writes ids late, twice or not at all', async () => {
    const ids = async (how: 'absent' | 'duplicate' | 'late') =>
      callDeltas((await read({ kind: 'callIds', how })).chunks).map(part => part.id);
    expect((await ids('absent')).filter(Boolean)).toEqual([]);
    expect((await ids('duplicate')).filter(Boolean)).toEqual(['read_file:0', 'read_file:0']);
    const late = await ids('late');
    expect(late[0]).toBeUndefined();
    expect(late.at(-1)).toBe('write_file:1');
  });

  it('leaves out the index, names a call last, mixes two calls', async () => {
    const noIndex = callDeltas((await read({ kind: 'noIndex' })).chunks);
    expect(noIndex.some(part => 'index' in part)).toBe(false);
    const nameLast = callDeltas((await read({ kind: 'argumentsBeforeName' })).chunks);
    expect(nameLast[0]!.function.name).toBeUndefined();
    expect(nameLast.at(-1)!.function.name).toBe('write_file');
    const mixed = callDeltas((await read({ kind: 'interleaved' })).chunks);
    expect(mixed.slice(0, 4).map(part => part.index)).toEqual([0, 1, 0, 1]);
  });

  it('writes arguments whole, by the character, or very long, and always the same value', async () => {
    const sizes: Record<string, number> = {};
    for (const how of ['whole', 'perCharacter', 'large'] as const) {
      const { chunks, message } = await read({ kind: 'arguments', how });
      sizes[how] = callDeltas(chunks).length;
      expect(JSON.parse(message.tool_calls[1].function.arguments).content).toBe('line one\nline two');
      if (how === 'large') expect(message.tool_calls[0].function.arguments.length).toBeGreaterThan(9_000);
    }
    expect(sizes.whole).toBe(4);
    expect(sizes.perCharacter).toBeGreaterThan(60);
  });

  it('cuts characters apart between packets, and ends lines with CRLF', async () => {
    const response = await send({ kind: 'splitUtf8' });
    const pieces: string[] = [];
    for await (const bytes of response.body!) pieces.push(Buffer.from(bytes).toString('utf8'));
    expect(pieces.join('')).toContain('\ufffd');
    const { message } = await read({ kind: 'splitUtf8' });
    expect(message.tool_calls[0].function.arguments).toContain('größe.ts');
    expect(await (await send({ kind: 'crlf' })).text()).toMatch(/^data: [^\n]*\r\n\r\ndata: /);
  });

  it('is silent before the answer, or in the middle of it', async () => {
    const slept: number[] = [];
    const clock = {
      now: () => 0,
      sleep: async (ms: number) => {
        slept.push(ms);
      },
    };
    await (await send({ kind: 'silence', ms: 60_000 }, {}, { clock })).text();
    await (await send({ kind: 'stall', afterChunks: 2, ms: 45_000 }, {}, { clock })).text();
    expect(slept).toEqual([60_000, 45_000]);
  });
});

describe('errors instead of an answer', () => {
  it.each<[Fault, number, string, string | null]>([
    [{ kind: 'overloaded', retryAfter: 3 }, 429, 'engine_overloaded_error', '3'],
    [{ kind: 'rateLimit' }, 429, 'rate_limit_reached_error', null],
    [{ kind: 'quota' }, 429, 'exceeded_current_quota_error', null],
    [{ kind: 'serverError' }, 500, 'server_error', null],
    [{ kind: 'overflow', dialect: 'moonshot' }, 400, 'invalid_request_error', null],
    [{ kind: 'overflow', dialect: 'llamacpp' }, 400, 'exceed_context_size_error', null],
    [{ kind: 'overflow', dialect: 'vllm' }, 400, 'BadRequestError', null],
  ])('%o', async (fault, status, type, retryAfter) => {
    const response = await send(fault);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(((await response.json()) as Json).error.type).toBe(type);
  });

  it('a gateway answers with a page', async () => {
    const response = await send({ kind: 'gatewayTimeout' });
    expect([response.status, response.headers.get('content-type')]).toEqual([504, 'text/html']);
    expect(await response.text()).toContain('<html>');
  });

  it('nobody answers', async () => {
    await expect(send({ kind: 'unreachable' })).rejects.toThrow('fetch failed');
  });

  it('strikes only the request it is meant for', async () => {
    const standin = standinWith({ kind: 'quota' }, { faults: [{ request: 2, kind: 'quota' }] });
    const body = { model: standin.model, messages: [{ role: 'user', content: 'Go.' }], tools: TOOLS };
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await post(standin, body)).status);
    expect(statuses).toEqual([200, 429, 200]);
  });
});
