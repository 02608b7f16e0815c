/**
 * The conversation as K2's chat template renders it, and so what a request costs. The rule that matters: the last
 * assistant message without tool calls splits the history. Up to it every think block is empty; only after it, in
 * the running tool loop, does reasoning count.
 */
import type { Profile, ReasoningKey } from './profiles.ts';
import { countTokens } from './tokens.ts';
import type { ChatRequest, WireMessage, WireToolCall } from './wire.ts';
import { textOf } from './wire.ts';

const DEFAULT_SYSTEM = 'You are Kimi, an AI assistant created by Moonshot AI.';
/** Tokens that open and close a message. */
const FRAME = 4;
/** Backends share prompt prefixes in chunks of this many tokens, and only of prompts longer than one chunk. */
const CACHE_CHUNK = 256;

/** What of an assistant message's reasoning this backend reads. */
export function reasoningOf(message: WireMessage, keys: readonly ReasoningKey[]): string | undefined {
  for (const key of keys) {
    if (key === 'reasoning_details') {
      if (message.reasoning_details) return message.reasoning_details.map(part => part.text ?? '').join('');
    } else if (typeof message[key] === 'string') return message[key];
  }
  return undefined;
}

/** The prompt in segments: the tools, then one for each message. */
export function render(request: ChatRequest, profile: Profile): string[] {
  const { messages } = request;
  const plainAnswer = (message: WireMessage) => message.role === 'assistant' && !message.tool_calls?.length;
  const split =
    profile.splitsAt === 'last' ? messages.findLastIndex(plainAnswer) : messages.findIndex(plainAnswer);
  const segments: string[] = [];
  if (request.tools?.length) segments.push(`tool_declare${JSON.stringify(request.tools)}`);
  if (messages[0]?.role !== 'system') segments.push(`system${DEFAULT_SYSTEM}`);
  messages.forEach((message, index) => {
    const label = message.name ?? message.role;
    if (message.role === 'assistant') {
      const reasoning = index > split ? (reasoningOf(message, profile.readsReasoning) ?? '') : '';
      segments.push(
        `${label}<think>${reasoning}</think>${textOf(message)}${markup(message.tool_calls ?? [])}`,
      );
    } else if (message.role === 'tool') {
      segments.push(`${label}## Return of ${message.tool_call_id}\n${textOf(message)}`);
    } else segments.push(label + textOf(message));
  });
  return segments;
}

/** Tool calls in the model's own words. */
export function markup(calls: readonly WireToolCall[]): string {
  if (!calls.length) return '';
  const body = calls.map(
    call =>
      `<|tool_call_begin|>${call.id}<|tool_call_argument_begin|>${call.function.arguments}<|tool_call_end|>`,
  );
  return `<|tool_calls_section_begin|>${body.join('')}<|tool_calls_section_end|>`;
}

export interface PromptCount {
  promptTokens: number;
  cachedTokens: number;
}

/** Counts prompts and remembers the last one of each cache key, as a backend's prefix cache does. */
export class PrefixCache {
  readonly #last = new Map<string, { segment: string; tokens: number }[]>();

  count(key: string, segments: readonly string[]): PromptCount {
    const before = this.#last.get(key) ?? [];
    let shared = 0;
    while (shared < segments.length && before[shared]?.segment === segments[shared]) shared++;
    const now = segments.map((segment, index) =>
      // A long conversation is counted once, not again at every step.
      index < shared ? before[index]! : { segment, tokens: countTokens(segment) + FRAME },
    );
    this.#last.delete(key);
    this.#last.set(key, now);
    if (this.#last.size > 16) this.#last.delete(this.#last.keys().next().value!);

    const sum = (list: typeof now) => list.reduce((total, { tokens }) => total + tokens, 0);
    const promptTokens = sum(now);
    const split = segments[shared];
    const old = before[shared]?.segment;
    const within = split && old ? countTokens(commonPrefix(split, old)) : 0;
    const prefix = Math.min(promptTokens, sum(now.slice(0, shared)) + within);
    const cached =
      promptTokens > CACHE_CHUNK && before.length ? Math.floor(prefix / CACHE_CHUNK) * CACHE_CHUNK : 0;
    return { promptTokens, cachedTokens: cached };
  }
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
