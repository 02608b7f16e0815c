/** When two calls are one and the same. */
import type { Message, ToolCall } from '../protocol/message.ts';

/**
 * An identical call that stands before this one in the same reply, with nothing between them that changes anything:
 * it runs once, for both.
 */
export function twinOf(
  call: ToolCall,
  messages: readonly Message[],
  changes: (call: ToolCall) => boolean,
): ToolCall | undefined {
  const newest = messages.findLast(message => message.role === 'assistant');
  const calls = newest?.toolCalls ?? [];
  const at = calls.findIndex(c => c.id === call.id);
  if (at < 1) return undefined;
  const key = keyOf(call);
  for (const earlier of calls.slice(0, at).reverse()) {
    if (keyOf(earlier) === key) return earlier;
    if (changes(earlier)) return undefined;
  }
  return undefined;
}

/** Equal for calls of one tool with the same JSON, whatever the order of its keys. */
export const keyOf = (call: ToolCall) => `${call.name} ${sorted(call.arguments)}`;

function sorted(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), (_, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch {
    return json;
  }
}

/** 53 bits of a text: to remember what was seen without keeping it. */
export function digest(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
