/** Streams as no backend should send them: mutated in every way a seed can think of. */
import { TOKENS } from '../../src/model/markup.ts';
import { chunk, sse, usage } from './httpBackend.ts';

/** mulberry32: the same streams in every run. */
export function chance(seed: number) {
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
export type Chance = ReturnType<typeof chance>;

const section =
  '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command":"ls <think>"}<|tool_call_end|><|tool_calls_section_end|>';
const spellings = Object.keys(TOKENS);
/** Any control token of the model's own markup. */
export const control = new RegExp(
  spellings
    .filter(s => s.startsWith('<|'))
    .map(s => s.replaceAll('|', '\\|'))
    .join('|'),
);

export function pieces(text: string, c: Chance): string[] {
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

/** The whole of a stream, as text; `c` goes on to decide how it is cut into packets. */
export function mutatedStream(c: Chance): string {
  const rate = c.pick([0, 0, 0.002, 0.02]);
  const list = shuffle(payloads(c), c).map(p => mutate(p, c, rate));
  const whole = sse(list, c.often(0.8)).replaceAll('\n', c.pick(['\n', '\r\n']));
  return c.often(0.1) ? whole.slice(0, c.below(whole.length)) : whole;
}

export interface Ends {
  reply: number;
  error: number;
}
/** Neither end is an accident of the generator. */
export const areBoth = ({ reply, error }: Ends) => Math.min(reply, error) > (reply + error) / 20;

export interface Fuzzed {
  ends: Ends;
  /** What is wrong with how streams ended, with the seed that shows it. */
  found: string[];
}
