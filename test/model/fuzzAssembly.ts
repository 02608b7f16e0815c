/** Mutated streams against the assembly alone. */
import { createAssembly } from '../../src/model/assembly.ts';
import { errorOf, readChunk } from '../../src/model/chunk.ts';
import { ModelError } from '../../src/model/client.ts';
import { parseJson } from '../../src/model/json.ts';
import { createSseDecoder } from '../../src/model/sse.ts';
import { type Chance, chance, control, type Fuzzed, mutatedStream, pieces } from './mutatedStreams.ts';

/** Throws whatever the assembly throws that is no ModelError. */
export function fuzzAssembly(streams: number): Fuzzed {
  const ends = { reply: 0, error: 0 };
  const found: string[] = [];
  for (let seed = 1; seed <= streams; seed++) {
    const c = chance(seed);
    const got = play(mutatedStream(c), c);
    ends['error' in got ? 'error' : 'reply']++;
    found.push(...faults(got).map(fault => `seed ${seed} ${fault}`));
  }
  return { ends, found };
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
