/** What Moonshot's platform refuses in a history, in its words. Self-hosted engines let all of it pass. */
import type { ChatRequest, WireMessage } from './wire.ts';
import { textOf } from './wire.ts';

/** Why this request is refused, or undefined. */
export function objection(request: ChatRequest): string | undefined {
  return (
    toolObjection(request) ??
    first(request.messages, (message, index) => emptyObjection(message, index)) ??
    first(request.messages, (message, index) =>
      message.role === 'assistant' &&
      message.tool_calls?.length &&
      typeof message.reasoning_content !== 'string'
        ? `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`
        : undefined,
    ) ??
    pairObjection(request.messages)
  );
}

function toolObjection(request: ChatRequest): string | undefined {
  const names = (request.tools ?? []).map(tool => tool.function.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `Invalid request: function name ${twice} is duplicated`;
  const odd = names.find(name => !/^[a-zA-Z_][a-zA-Z0-9-_]{0,127}$/.test(name));
  if (odd !== undefined) return `Invalid request: function name is invalid: ${odd}`;
  if (names.length > 128) return 'Invalid request: too many tools, at most 128';
  if (request.tool_choice === 'required' || typeof request.tool_choice === 'object')
    return "tool_choice 'specified' is incompatible with thinking enabled";
  if (typeof request.temperature === 'number' && (request.temperature < 0 || request.temperature > 1))
    return 'Invalid request: invalid temperature, it must be between 0 and 1';
  return undefined;
}

function emptyObjection(message: WireMessage, index: number): string | undefined {
  if (Array.isArray(message.content) && message.content.some(part => part.type === 'text' && !part.text))
    return 'Invalid request: text content is empty';
  if (message.role === 'tool' || message.partial || textOf(message).trim() || message.tool_calls?.length)
    return undefined;
  return `Invalid request: the message at position ${index} with role '${message.role}' must not be empty`;
}

/** Each call has exactly one result, right after it; each result has its call. */
function pairObjection(messages: readonly WireMessage[]): string | undefined {
  let open = new Set<string>();
  const unanswered = () =>
    open.size
      ? "Invalid request: an assistant message with 'tool_calls' must be followed by tool messages responding " +
        `to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`
      : undefined;
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? ''))
        return `Invalid request: tool_call_id ${message.tool_call_id ?? ''} is not found`;
      continue;
    }
    const missing = unanswered();
    if (missing) return missing;
    open = new Set(message.tool_calls?.map(call => call.id));
  }
  return unanswered();
}

function first<T>(list: readonly T[], test: (item: T, index: number) => string | undefined) {
  for (const [index, item] of list.entries()) {
    const found = test(item, index);
    if (found) return found;
  }
  return undefined;
}
