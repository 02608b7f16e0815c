/** What a probe is: a few requests of its own, judged. Probes see the wire as it is, nothing repaired. */
import type { Json } from '../json.ts';
import { createLifter } from '../lift.ts';
import type { Profile } from '../profile.ts';
import type { RawCall, RawReply } from './rawReply.ts';
import type { Finding } from './report.ts';

export interface Ask {
  messages: Json[];
  tools?: readonly Json[];
  /** Output tokens, reasoning included. */
  budget: number;
  signal?: AbortSignal;
  /** Called once, when the first token is there. */
  onFirstToken?(): void;
}

export interface ProbeContext {
  model: string;
  profile: Profile;
  /** How many cases of the schema set to ask. */
  cases: number;
  /** The body of GET /models. Throws ModelError. */
  models(): Promise<unknown>;
  /** What the engine tells of the model that it has loaded, where its profile says where. Never throws but for a stop. */
  loaded(): Promise<unknown>;
  /** Waits and asks again where the backend is only busy. Throws ModelError. */
  chat(ask: Ask): Promise<RawReply>;
  /** Milliseconds of any origin. */
  now(): number;
  /** Shown while it runs. */
  say(detail: string): void;
}

/** What a probe will ask for, in tokens; `most` counts every output budget to its end. */
export interface Load {
  requests: number;
  prompt: number;
  output: number;
  most: number;
}

export interface Probe {
  id: string;
  title: string;
  load(cases: number, profile: Profile): Load;
  /** Throws ModelError where the backend refuses. */
  run(context: ProbeContext): Promise<Outcome>;
}

export type Outcome = Pick<Finding, 'verdict' | 'sent' | 'got' | 'means' | 'mend'>;

/** Enough to end a prompt's processing and see its usage; some hosts refuse fewer. */
export const PROMPT_ONLY = 16;

/** Ends each question, so that whoever reads a server's log sees where it comes from. */
export const CHECK = '(This is a check of the backend.)';

export const user = (text: string): Json => ({ role: 'user', content: `${text} ${CHECK}` });
export const assistant = (text: string): Json => ({ role: 'assistant', content: text });
/** An assistant message with calls, and a result right after it for each. */
export function called(
  calls: readonly { id: string; name: string; arguments: Json; result: string }[],
  more: Json = {},
): Json[] {
  return [
    {
      role: 'assistant',
      ...more,
      tool_calls: calls.map(({ id, name, arguments: args }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(args) },
      })),
    },
    ...calls.map(({ id, name, result }) => ({ role: 'tool', tool_call_id: id, name, content: result })),
  ];
}

/** A declaration whose properties are all required, and none besides. */
export function tool(name: string, description: string, properties: Json): Json {
  const required = Object.keys(properties);
  const parameters = { type: 'object', properties, required, additionalProperties: false };
  return { type: 'function', function: { name, description, parameters } };
}

export const READ_FILE = tool('read_file', 'Reads a text file.', {
  path: { type: 'string', description: 'Relative path of the file.' },
});
export const WRITE_FILE = tool('write_file', 'Writes a text file.', {
  path: { type: 'string', description: 'Relative path of the file.' },
  content: { type: 'string', description: 'The whole text.' },
});

/** "1 call", "3 calls" */
export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Whether call markup that a parser should have taken stands in what people would read. */
export const leaked = (reply: RawReply): boolean =>
  /<\|tool_calls?_(section_)?(begin|end)\|>|<\|tool_call_argument_begin\|>/.test(
    reply.text + reply.reasoning,
  );
/** The calls as they came; those that no parser took, as they stand in the text, where Ascent reads them all the same. */
export function callsIn(reply: RawReply): readonly Pick<RawCall, 'name' | 'arguments'>[] {
  if (reply.calls.length || !leaked(reply)) return reply.calls;
  const lifter = createLifter();
  lifter.push('reasoning', reply.reasoning);
  lifter.push('text', reply.text);
  lifter.end();
  return lifter.calls;
}
export const NO_CALL = (reply: RawReply): string =>
  leaked(reply)
    ? 'call markup in the text instead of a tool call'
    : `no tool call, but ${reply.text.trim() ? 'an answer' : 'nothing'} (finish reason ${reply.finish ?? 'absent'})`;

/** What makes an engine read K2's own calls and thinking. */
export const PARSERS =
  'vLLM 0.20 or newer: --enable-auto-tool-choice --tool-call-parser kimi_k2 --reasoning-parser kimi_k2. SGLang: --tool-call-parser kimi_k2 --reasoning-parser kimi_k2. llama.cpp: --jinja.';

/** Its parsers of calls were faulty before (vllm#37184, #38274, #38579). */
export const NEWER_ENGINE =
  'A newer build of the engine; vLLM 0.20 or newer, with --tool-call-parser kimi_k2.';
