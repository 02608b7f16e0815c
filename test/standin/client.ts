/** A plain client of the stand-in: what a test sends, and what it reads back. */
import type { Standin } from '../../src/standin/standin.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has no type until an assertion gives it one
export type Json = Record<string, any>;

export const TOOLS = [
  ['read_file', { path: 'string', start_line: 'integer', end_line: 'integer' }],
  ['write_file', { path: 'string', content: 'string' }],
  ['edit_file', { path: 'string', edits: 'array' }],
  ['list_files', { path: 'string' }],
  ['find_files', { globs: 'array', path: 'string' }],
  ['search_text', { pattern: 'string', path: 'string', globs: 'array', max: 'integer' }],
  ['run_command', { command: 'string', cwd: 'string', timeout_seconds: 'integer' }],
  ['diagnostics', { paths: 'array' }],
  ['update_plan', { items: 'array' }],
  ['ask_user', { question: 'string', options: 'array' }],
].map(([name, fields]) => ({
  type: 'function',
  function: {
    name: name as string,
    description: `The tool ${name}.`,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields as object).map(([key, type]) => [key, { type }])),
    },
  },
}));

export async function post(
  standin: Pick<Standin, 'fetch'>,
  body: Json,
  signal?: AbortSignal,
): Promise<Response> {
  return standin.fetch('http://stand-in.invalid/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ max_completion_tokens: 16_000, ...body }),
    ...(signal ? { signal } : {}),
  });
}

/** The data of each event; `[DONE]` stays a string. */
export function eventsOf(sse: string): (Json | '[DONE]')[] {
  return sse
    .split(/\r?\n\r?\n/)
    .filter(event => event.startsWith('data: '))
    .map(event => (event.slice(6) === '[DONE]' ? '[DONE]' : JSON.parse(event.slice(6))));
}

export interface Read {
  chunks: Json[];
  done: boolean;
  message: Json;
  finish: string | null;
  usage: Json | undefined;
}

/** A stream put together the way a careful client does it. */
export async function readStream(response: Response): Promise<Read> {
  const events = eventsOf(await response.text());
  const chunks = events.filter(event => event !== '[DONE]');
  const message: Json = { role: 'assistant', content: '' };
  let finish: string | null = null;
  let usage: Json | undefined;
  for (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    usage = chunk.usage ?? choice?.usage ?? usage;
    finish = choice?.finish_reason ?? finish;
    for (const key of ['content', 'reasoning', 'reasoning_content'])
      if (typeof choice?.delta[key] === 'string') message[key] = (message[key] ?? '') + choice.delta[key];
    for (const part of choice?.delta.tool_calls ?? []) {
      message.tool_calls ??= [];
      message.tool_calls[part.index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } };
      const call = message.tool_calls[part.index];
      if (part.id) call.id = part.id;
      if (part.function.name) call.function.name = part.function.name;
      call.function.arguments += part.function.arguments ?? '';
    }
  }
  return { chunks, done: events.at(-1) === '[DONE]', message, finish, usage };
}

export type Tools = Record<string, (args: Json) => string | Promise<string>>;

export interface Turn {
  messages: Json[];
  /** Calls in order, with their results. */
  calls: { name: string; arguments: Json; result: string; step: number }[];
  answer: string;
  steps: number;
}

/** One turn as an agent drives it: until the model stops calling tools. */
export async function drive(
  standin: Standin,
  task: string,
  tools: Tools,
  history: Json[] = [{ role: 'system', content: 'Be good.' }],
  limit = 40,
): Promise<Turn> {
  const messages: Json[] = [...history, { role: 'user', content: task }];
  const calls: Turn['calls'] = [];
  for (let steps = 1; steps <= limit; steps++) {
    const response = await post(standin, { model: standin.model, messages, tools: TOOLS });
    const reply = (await response.json()) as Json;
    if (!response.ok) throw new Error(JSON.stringify(reply));
    const { message } = reply.choices[0];
    messages.push(message);
    if (!message.tool_calls) return { messages, calls, answer: message.content, steps };
    for (const call of message.tool_calls) {
      const args = JSON.parse(call.function.arguments);
      const result = (await tools[call.function.name]?.(args)) ?? 'Error: no such tool';
      calls.push({ name: call.function.name, arguments: args, result, step: steps });
      messages.push({ role: 'tool', tool_call_id: call.id, content: result });
    }
  }
  throw new Error(`No answer after ${limit} steps: ${JSON.stringify(calls.slice(-3))}`);
}
