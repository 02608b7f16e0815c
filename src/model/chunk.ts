/**
 * One stream payload, read tolerantly into one shape. Engines differ in where they put things, and the same engine
 * between versions, so every known place is looked at whatever the profile.
 */
import type { Usage } from '../protocol/message.ts';
import { asArray, asNumber, asObject, asString, type Json } from './json.ts';

/** A piece of a structured tool call; any field may be missing in any piece. */
export interface CallFragment {
  /** Of the call within its reply, from 0. */
  index: number | undefined;
  id: string | undefined;
  name: string | undefined;
  arguments: string | undefined;
}

export type ReasoningKey = 'reasoning_content' | 'reasoning' | 'reasoning_details';

export interface Chunk {
  reasoning: { key: ReasoningKey; text: string } | undefined;
  /** OpenRouter's entries, as they came. */
  details: unknown[];
  text: string | undefined;
  calls: CallFragment[];
  finish: string | undefined;
  usage: Usage | undefined;
}

/** Never throws: of a payload that is no chunk nothing is found. */
export function readChunk(payload: unknown): Chunk {
  const root = asObject(payload) ?? {};
  const choice = asObject(asArray(root.choices)[0]) ?? {};
  // `message`: the whole reply of a backend that does not stream.
  const delta = asObject(choice.delta) ?? asObject(choice.message) ?? {};
  return {
    reasoning: readReasoning(delta),
    details: asArray(delta.reasoning_details),
    text: readText(delta.content),
    calls: asArray(delta.tool_calls).flatMap(readCall),
    finish: asString(choice.finish_reason),
    // Moonshot: in the finishing choice. Everyone else: at the top, often with no choices at all. The last wins.
    usage: readUsage(root.usage) ?? readUsage(choice.usage),
  };
}

/** A payload that is an error object instead of a chunk; engines send it in mid-stream, after 200. */
export function errorOf(payload: unknown): Json | undefined {
  const root = asObject(payload);
  if (!root) return undefined;
  if (root.error) return asObject(root.error) ?? { message: String(root.error) };
  return root.object === 'error' ? root : undefined;
}

/**
 * vLLM wrote `reasoning_content` until late 2025, both keys for a while, `reasoning` since; SGLang and Moonshot
 * `reasoning_content`; Together and OpenRouter `reasoning`. An empty string is a value: it has to go back as one.
 */
function readReasoning(delta: Json): Chunk['reasoning'] {
  const content = asString(delta.reasoning_content);
  const plain = asString(delta.reasoning) ?? asString(delta.thinking);
  if (content || (content !== undefined && !plain)) return { key: 'reasoning_content', text: content };
  if (plain !== undefined) return { key: 'reasoning', text: plain };
  const details = asArray(delta.reasoning_details).map(asObject);
  const texts = details.map(d => asString(d?.text) ?? asString(d?.summary)).filter(t => t !== undefined);
  return texts.length ? { key: 'reasoning_details', text: texts.join('') } : undefined;
}

/** A string; or, from some gateways, a list of text parts. */
function readText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  const parts = asArray(content).map(part => asString(asObject(part)?.text) ?? '');
  return parts.length ? parts.join('') : undefined;
}

function readCall(value: unknown): CallFragment[] {
  const call = asObject(value);
  if (!call) return [];
  const made = asObject(call.function) ?? {};
  const written = made.arguments;
  return [
    {
      index: asNumber(call.index),
      id: asString(call.id) || undefined,
      name: asString(made.name) || undefined,
      // Some native engines give the parsed object.
      arguments: asObject(written) ? JSON.stringify(written) : asString(written),
    },
  ];
}

/** Cached tokens: `cached_tokens` (Moonshot) or `prompt_tokens_details.cached_tokens` (OpenAI, vLLM). */
function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  const promptTokens = asNumber(usage?.prompt_tokens);
  if (!usage || !promptTokens) return undefined;
  const cached =
    asNumber(usage.cached_tokens) ?? asNumber(asObject(usage.prompt_tokens_details)?.cached_tokens) ?? 0;
  const reasoningTokens = asNumber(asObject(usage.completion_tokens_details)?.reasoning_tokens);
  return {
    promptTokens,
    cachedTokens: Math.min(Math.max(0, cached), promptTokens),
    completionTokens: asNumber(usage.completion_tokens) ?? 0,
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
}
