/** One streamed reply as it came over the wire: put together plainly, repaired nowhere, with where each thing stood. */
import { asArray, asNumber, asObject, asString, type Json } from '../json.ts';

export interface RawCall {
  /** Absent where the backend sent none. */
  id: string | undefined;
  name: string | undefined;
  arguments: string;
}

export interface RawUsage {
  /** Tokens. */
  promptTokens: number;
  completionTokens: number;
  /** Undefined where the backend does not tell. */
  cachedTokens: number | undefined;
}

export type UsagePlace = 'a chunk of its own' | 'the top of the finishing chunk' | 'choices[0]';

export interface RawReply {
  /** Payloads that held tokens. */
  chunks: number;
  text: string;
  reasoning: string;
  /** Keys under which reasoning came, in order of appearance. */
  reasoningKeys: string[];
  calls: RawCall[];
  /** A fragment of a call came without `index`. */
  indexMissing: boolean;
  finish: string | undefined;
  usage: RawUsage | undefined;
  usagePlaces: UsagePlace[];
  /** `[DONE]` came. */
  done: boolean;
  /** The whole reply came in one piece, not as a stream. */
  whole: boolean;
  /** From the request; milliseconds. Undefined where no token came. */
  firstTokenMs: number | undefined;
}

const REASONING_KEYS = ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking'] as const;

export function createRawReply() {
  const reply: RawReply = {
    chunks: 0,
    text: '',
    reasoning: '',
    reasoningKeys: [],
    calls: [],
    indexMissing: false,
    finish: undefined,
    usage: undefined,
    usagePlaces: [],
    done: false,
    whole: false,
    firstTokenMs: undefined,
  };
  /** True when the payload held tokens. */
  function push(payload: unknown): boolean {
    const root = asObject(payload) ?? {};
    const choice = asObject(asArray(root.choices)[0]);
    const message = asObject(choice?.message);
    reply.whole ||= message !== undefined;
    const delta = asObject(choice?.delta) ?? message ?? {};
    const content = readContent(delta.content);
    const reasoning = readReasoning(delta, reply.reasoningKeys);
    const calls = asArray(delta.tool_calls).map(asObject);
    reply.text += content;
    reply.reasoning += reasoning;
    for (const call of calls) if (call) readCall(call, reply, message !== undefined);
    reply.finish = asString(choice?.finish_reason) ?? reply.finish;
    readUsage(root.usage, choice ? 'the top of the finishing chunk' : 'a chunk of its own', reply);
    readUsage(choice?.usage, 'choices[0]', reply);
    const holds = !!(content || reasoning || calls.length);
    if (holds) reply.chunks++;
    return holds;
  }
  return { reply, push };
}

function readContent(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map(part => asString(asObject(part)?.text) ?? '')
    .join('');
}

/** Where several keys hold the same text it counts once. */
function readReasoning(delta: Json, seen: string[]): string {
  let text = '';
  for (const key of REASONING_KEYS) {
    const value = delta[key];
    const found =
      asString(value) ??
      asArray(value)
        .map(part => asString(asObject(part)?.text) ?? '')
        .join('');
    if (!found) continue;
    if (!seen.includes(key)) seen.push(key);
    text ||= found;
  }
  return text;
}

function readCall(call: Json, reply: RawReply, whole: boolean): void {
  const made = asObject(call.function) ?? {};
  const index = asNumber(call.index) ?? (whole ? reply.calls.length : undefined);
  if (index === undefined) reply.indexMissing = true;
  const at = index ?? (call.id ? reply.calls.length : Math.max(0, reply.calls.length - 1));
  reply.calls[at] ??= { id: undefined, name: undefined, arguments: '' };
  const found = reply.calls[at];
  found.id ??= asString(call.id) || undefined;
  found.name ??= asString(made.name) || undefined;
  found.arguments +=
    asString(made.arguments) ?? (asObject(made.arguments) ? JSON.stringify(made.arguments) : '');
}

/** Cached tokens: `cached_tokens` (Moonshot) or `prompt_tokens_details.cached_tokens` (OpenAI, vLLM). */
function readUsage(value: unknown, place: UsagePlace, reply: RawReply): void {
  const usage = asObject(value);
  const promptTokens = asNumber(usage?.prompt_tokens);
  if (!usage || !promptTokens) return;
  if (!reply.usagePlaces.includes(place)) reply.usagePlaces.push(place);
  reply.usage = {
    promptTokens,
    completionTokens: asNumber(usage.completion_tokens) ?? 0,
    cachedTokens:
      asNumber(usage.cached_tokens) ?? asNumber(asObject(usage.prompt_tokens_details)?.cached_tokens),
  };
}
