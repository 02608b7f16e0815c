/**
 * Tokens without the vocabulary: the text is walked with the shape of K2's split pattern and each run is priced by
 * its kind. Fitted on code, prose, Chinese, diffs, lock files, listings and hex (0.79 to 1.22 of the truth; base64
 * 0.69), where characters / 4 undercounts the big tool outputs by half. What is left is taken out by a running
 * ratio to the backend's own counts.
 */
import type { Message, ToolDeclaration } from '../protocol/message.ts';

/** In the pattern's order: Han, cased words (one sign may lead), other letters, digits, punctuation, line ends, blanks. */
const RUNS =
  /(\p{Script=Han}+)|[^\r\n\p{L}\p{N}]?((?:[\p{Lu}\p{Lt}]*[\p{Ll}\p{Lm}\p{M}]+|[\p{Lu}\p{Lt}]+))|(\p{Lo}+)|(\p{N}{1,3})| ?([^\s\p{L}\p{N}]+)[\r\n]*|\s*[\r\n]+|\s+/gu;

/** Tokens. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [, han, word, letters, digits, signs] of text.matchAll(RUNS)) {
    if (han) tokens += han.length * 0.5;
    else if (word) tokens += word.length <= 6 ? 1 : 1 + (word.length - 6) / 2;
    else if (letters) tokens += letters.length * 0.7;
    else if (digits) tokens += 1;
    else if (signs) tokens += Math.max(1, signs.length * 0.7);
    else tokens += 1;
  }
  return Math.ceil(tokens);
}

/** The frame around each message (role label, turn markers) and each call (section markers, id), in tokens. */
const FRAME = 5;

/** Messages are never changed once made, so each is counted once in its life: a long session's steps stay cheap. */
const counted = new WeakMap<object, number>();
function once<T extends object>(key: T, count: () => number): number {
  let tokens = counted.get(key);
  if (tokens === undefined) {
    tokens = count();
    counted.set(key, tokens);
  }
  return tokens;
}

/** Tokens of one message with its frame. */
export function estimateMessage(message: Message): number {
  return once(message, () => {
    if (message.role !== 'assistant') return FRAME + estimateTokens(message.text);
    let tokens = FRAME + estimateTokens(message.text) + estimateTokens(message.reasoning ?? '');
    for (const call of message.toolCalls)
      tokens += 2 * FRAME + estimateTokens(call.name) + estimateTokens(call.arguments);
    return tokens;
  });
}

/** Tokens of all messages and the declarations of the tools. */
export function estimatePrompt(messages: readonly Message[], tools: readonly ToolDeclaration[]): number {
  const declared = once(tools, () => (tools.length ? estimateTokens(JSON.stringify(tools)) : 0));
  return messages.reduce((sum, message) => sum + estimateMessage(message), declared);
}

/** Ratios beyond these say more about a broken count than about the text. */
const BOUNDS = { low: 0.3, high: 3 };

/**
 * The running ratio between the backend's count and our (unscaled) estimate, after one more reply. Half of it is the
 * newest reply: text changes its kind within a session.
 */
export function recalibrated(ratio: number | undefined, estimate: number, counted: number): number {
  if (estimate <= 0 || counted <= 0) return ratio ?? 1;
  const seen = Math.min(BOUNDS.high, Math.max(BOUNDS.low, counted / estimate));
  return ratio === undefined ? seen : ratio + (seen - ratio) / 2;
}
