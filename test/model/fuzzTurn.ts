/** Mutated streams against all that stands between a socket and a tool: client, agent, folds. */
import * as z from 'zod';
import { runTurn } from '../../src/agent/runTurn.ts';
import { ModelError } from '../../src/model/client.ts';
import { createModelClient } from '../../src/model/connect.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { stage } from '../agent/fakes.ts';
import { chunk, sse, usage } from './httpBackend.ts';
import { type Chance, chance, control, type Fuzzed, mutatedStream } from './mutatedStreams.ts';

const backend = { baseUrl: 'http://fuzz.invalid/v1', model: 'k2', profile: 'vllm', standIn: false };
const good = sse([
  chunk({ reasoning: 'r' }),
  chunk({ content: 'Done.' }),
  chunk({}, { finish_reason: 'stop', usage }),
]);

interface Ran {
  name: string;
  input: Record<string, unknown>;
  callId: string;
}

/** The declared tools, which note what they are run with, and how to tell that it was valid. */
function tools(ran: Ran[]): Tool[] {
  const noting = (name: string, input: z.ZodType): Tool => ({
    name,
    description: name,
    input,
    readOnly: false,
    prepare: async given => ({
      title: { ask: '', busy: '', done: '', object: name },
      access: [],
      effects: [],
      async run({ callId }) {
        ran.push({ name, input: given as Ran['input'], callId });
        return { isError: false, content: 'ok' };
      },
    }),
  });
  return [
    noting('read', z.object({ path: z.string(), n: z.number() })),
    noting('bash', z.object({ command: z.string() })),
  ];
}
const isValid = ({ name, input }: Ran) =>
  (name === 'read' && typeof input.path === 'string' && typeof input.n === 'number') ||
  (name === 'bash' && typeof input.command === 'string');

/** The stream in packets whose borders fall anywhere, also within a character. */
function packets(text: string, c: Chance): Response {
  const bytes = new TextEncoder().encode(text);
  const most = c.pick([50, 500, 5_000]);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + c.below(most);
        controller.enqueue(bytes.subarray(at, at + size));
        at += size;
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** One turn whose first reply is mutated; all later ones are good. */
async function play(seed: number): Promise<{ end: keyof Fuzzed['ends']; calls: number; faults: string[] }> {
  const c = chance(seed);
  let asked = 0;
  const fetch: typeof globalThis.fetch = async input => {
    if (String(input).endsWith('/models')) return Response.json({ data: [] });
    return asked++ === 0 ? packets(mutatedStream(c), c) : packets(good, c);
  };
  const model = createModelClient({ backend, fetch, sleep: async () => {}, random: () => 0 });
  const ran: Ran[] = [];
  const s = await stage(model, tools(ran));
  const faults: string[] = [];
  try {
    const end = await runTurn(s.input);
    if (end !== 'done') faults.push(`ends with ${end}`);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
  const retried = s.live.some(l => l.type === 'step.reset');
  const first = s.events.find(e => e.type === 'assistant.message');
  const shown = [
    ...s.live.map(l => ('text' in l ? l.text : 'name' in l ? l.name : '')),
    ...s.events.flatMap(e => (e.type === 'assistant.message' ? [e.message.text, e.message.reasoning] : [])),
    ...s.events.flatMap(e => (e.type === 'tool.result' ? [e.content] : [])),
  ];
  // Deltas are shown joined: a token must not come together there, either.
  const joined = (type: string) =>
    s.live.flatMap(l => (l.type === type && 'text' in l ? [l.text] : [])).join('');
  if (control.test([...shown, joined('text.delta'), joined('reasoning.delta')].join('\n')))
    faults.push('shows a control token');
  if (!ran.every(isValid)) faults.push('ran a call that was not declared with such arguments');
  const known = first ? new Set(first.message.toolCalls.map(call => call.id)) : new Set();
  if (ran.some(r => !known.has(r.callId))) faults.push('ran a call of no recorded reply');
  if (new Set(ran.map(r => r.callId)).size !== ran.length) faults.push('ran a call twice');
  if (s.state.history.openCalls().length) faults.push('left a call without a result');
  return { end: retried || !first ? 'error' : 'reply', calls: ran.length, faults };
}

/** `calls`: how many were run. Throws whatever a turn throws that is no ModelError. */
export async function fuzzTurn(streams: number): Promise<Fuzzed & { calls: number }> {
  const ends = { reply: 0, error: 0 };
  let ran = 0;
  const found: string[] = [];
  for (let seed = 1; seed <= streams; seed++) {
    const { end, calls, faults } = await play(seed).catch(error => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    ends[end]++;
    ran += calls;
    // All of it happens in microtasks: without a pause no timer is cleared away and no weak reference let go.
    if (seed % 20 === 0) await new Promise(resolve => setImmediate(resolve));
    found.push(...faults.map(fault => `seed ${seed} ${fault}`));
  }
  return { ends, calls: ran, found };
}
