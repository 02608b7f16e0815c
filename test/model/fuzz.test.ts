/** Streams as no backend should send them: mutated in every way a seed can think of. */
import { expect, it } from 'vitest';
import { createAssembly } from '../../src/model/assembly.ts';
import { errorOf, readChunk } from '../../src/model/chunk.ts';
import { ModelError } from '../../src/model/client.ts';
import { parseJson } from '../../src/model/json.ts';
import { TOKENS } from '../../src/model/markup.ts';
import { createSseDecoder } from '../../src/model/sse.ts';
import { chunk, sse, usage } from './httpBackend.ts';

const STREAMS = Number(process.env.FUZZ_STREAMS ?? 2_000);

/** mulberry32: the same streams in every run. */
function chance(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    often: (p: number) => next() < p,
    pick: <T>(list: readonly T[]) => list[below(list.length)]!,
  };
}
type Chance = ReturnType<typeof chance>;

const section =
  '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command":"ls <think>"}<|tool_call_end|><|tool_calls_section_end|>';
const spellings = Object.keys(TOKENS);
const control = new RegExp(
  spellings
    .filter(s => s.startsWith('<|'))
    .map(s => s.replaceAll('|', '\\|'))
    .join('|'),
);

function pieces(text: string, c: Chance): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + c.below(c.often(0.5) ? 4 : 60);
    list.push(text.slice(at, at + size));
    at += size;
  }
  return list;
}

function payloads(c: Chance): unknown[] {
  const field = c.pick(['reasoning_content', 'reasoning', 'content']);
  const leak = () => (c.often(0.4) ? section : c.often(0.3) ? c.pick(spellings) : '');
  const thought = `${c.often(0.2) ? '<think>' : ''}I look — 你好.${leak()}${c.often(0.2) ? '</think>' : ''}`;
  const list: unknown[] = pieces(thought, c).map(p => chunk({ [field]: p }));
  list.push(...pieces(`Answer.${leak()}`, c).map(p => chunk({ content: p })));
  for (let index = 0; index < c.below(4); index++) {
    const args = JSON.stringify({ path: 'a\n"b"', n: index });
    const first = {
      index,
      id: c.pick([`read:${index}`, '', 'same']),
      function: { name: 'read', arguments: '' },
    };
    list.push(chunk({ tool_calls: [first] }));
    list.push(...pieces(args, c).map(p => chunk({ tool_calls: [{ index, function: { arguments: p } }] })));
  }
  const finish_reason = c.pick(['stop', 'tool_calls', 'length', null]);
  return [...list, chunk({}, { finish_reason, usage: c.pick([usage, null]) }), { choices: [], usage }];
}

/** Leaves out, swaps, repeats and corrupts, mostly a little. */
function mutate(value: unknown, c: Chance, rate: number): unknown {
  if (c.often(rate)) return c.pick([null, '', 7, [], {}, 'x', c.pick(spellings), undefined]);
  if (Array.isArray(value)) return value.map(v => mutate(v, c, rate));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mutate(v, c, rate)]));
}
function shuffle(list: unknown[], c: Chance): unknown[] {
  const mixed = [...list];
  for (let n = c.below(4); n > 0; n--) {
    const at = c.below(mixed.length);
    const [taken] = mixed.splice(at, 1);
    if (c.often(0.6)) mixed.splice(c.below(mixed.length + 1), 0, taken);
    if (c.often(0.2)) mixed.splice(at, 0, taken);
  }
  return mixed;
}

function play(text: string, c: Chance) {
  const decoder = createSseDecoder();
  const assembly = createAssembly();
  const used = new Set(['read:0']);
  const shown = { reasoning: '', text: '', call: '' };
  let done = false;
  const events = [...pieces(text, c).flatMap(p => decoder.push(p)), ...decoder.end()];
  for (const event of events) {
    if (event.data === '[DONE]') done = true;
    const payload = parseJson(event.data);
    if (errorOf(payload)) continue;
    for (const delta of assembly.push(readChunk(payload)))
      shown[delta.type] += delta.type === 'call' ? delta.name : delta.text;
  }
  try {
    return { shown, ...assembly.end(done, used) };
  } catch (error) {
    if (error instanceof ModelError) return { shown, error };
    throw error;
  }
}

/** What is wrong with how a stream ended. */
function faults(got: ReturnType<typeof play>): string[] {
  const found: string[] = [];
  const said = 'message' in got ? [got.message.reasoning, got.message.text] : [];
  if (control.test([...Object.values(got.shown), ...said].join('\n'))) found.push('shows a control token');
  if ('error' in got) return found;
  const { text, toolCalls } = got.message;
  if (!text.trim() && !toolCalls.length) found.push('is empty');
  if (new Set([...toolCalls.map(c => c.id), 'read:0']).size !== toolCalls.length + 1)
    found.push('repeats an id');
  if (toolCalls.some(c => !c.name)) found.push('has a call without a name');
  return found;
}

it(`${STREAMS} mutated streams end in a sound reply or a ModelError, and show no control token`, {
  timeout: 600_000,
}, () => {
  const ends = { reply: 0, error: 0 };
  const found: string[] = [];
  for (let seed = 1; seed <= STREAMS; seed++) {
    const c = chance(seed);
    const rate = c.pick([0, 0, 0.002, 0.02]);
    const list = shuffle(payloads(c), c).map(p => mutate(p, c, rate));
    const whole = sse(list, c.often(0.8)).replaceAll('\n', c.pick(['\n', '\r\n']));
    const got = play(c.often(0.1) ? whole.slice(0, c.below(whole.length)) : whole, c);
    ends['error' in got ? 'error' : 'reply']++;
    found.push(...faults(got).map(fault => `seed ${seed} ${fault}`));
  }
  expect(found).toEqual([]);
  // Neither end is an accident of the generator.
  expect(Math.min(ends.reply, ends.error)).toBeGreaterThan(STREAMS / 20);
});
