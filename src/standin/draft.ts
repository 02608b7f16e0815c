/** A scenario's reply made into what a backend would write: ids, encoded arguments, the output budget. */
import { randomText } from './clock.ts';
import type { Profile } from './profiles.ts';
import type { Reply } from './script.ts';
import { markup } from './template.ts';
import { countTokens, pieces } from './tokens.ts';
import type { ChatRequest, WireMessage } from './wire.ts';
import { textOf } from './wire.ts';

export interface DraftCall {
  id: string;
  name: string;
  /** JSON text. */
  arguments: string;
}

export interface Draft {
  reasoning: string;
  text: string;
  calls: DraftCall[];
  finish: 'stop' | 'length' | 'tool_calls';
}

export function draftOf(reply: Reply, request: ChatRequest, profile: Profile, random: () => number): Draft {
  const before = request.messages.reduce((count, message) => count + (message.tool_calls?.length ?? 0), 0);
  const calls = (reply.calls ?? []).map((call, index) => ({
    id: callId(profile, call.name, index, before, random),
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }));
  return {
    reasoning: reply.reasoning,
    text: reply.text ?? '',
    calls,
    finish: calls.length ? 'tool_calls' : 'stop',
  };
}

/** What is left to write after the part that the client sent back. */
export function continued(draft: Draft, begun: WireMessage): Draft {
  const after = (text: string, prefix: string) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const reasoning = after(draft.reasoning, begun.reasoning_content ?? '');
  return { ...draft, reasoning, text: after(draft.text, textOf(begun)) };
}

function callId(profile: Profile, name: string, index: number, before: number, random: () => number): string {
  switch (profile.callIds) {
    case 'reply':
      return `${name}:${index}`;
    case 'conversation':
      return `functions.${name}:${before + index}`;
    case 'random':
      return randomText(random, 32);
  }
}

/** The draft cut where the output budget ends, as reasoning, text and calls are written in this order. */
export function cutAt(draft: Draft, budget: number): Draft {
  let left = budget;
  const take = (text: string) => {
    const tokens = countTokens(text);
    if (tokens <= left) {
      left -= tokens;
      return text;
    }
    const kept = pieces(text).slice(0, left).join('');
    left = -1;
    return kept;
  };
  const cut: Draft = { ...draft, reasoning: take(draft.reasoning), text: '', calls: [] };
  if (left >= 0) cut.text = take(draft.text);
  for (const call of draft.calls) if (left >= 0) cut.calls.push({ ...call, arguments: take(call.arguments) });
  if (left < 0) cut.finish = 'length';
  return cut;
}

/** The draft as a backend without parsers lets it through: think tags and call markup are part of the content. */
export function asRaw(draft: Draft, profile: Profile): Draft {
  let { reasoning, text, calls, finish } = draft;
  if (profile.rawCalls && calls.length) {
    text += markupOf(calls);
    calls = [];
    if (finish === 'tool_calls') finish = 'stop';
  }
  if (!profile.writesReasoning.length && reasoning) {
    text = `<think>${reasoning}</think>${text}`;
    reasoning = '';
  }
  return { reasoning, text, calls, finish };
}

/** Calls in the model's own words, numbered as the model numbers them. */
export const markupOf = (calls: readonly DraftCall[]): string =>
  markup(
    calls.map((call, index) => ({
      id: call.id.startsWith('functions.') ? call.id : `functions.${call.name}:${index}`,
      function: { name: call.name, arguments: call.arguments },
    })),
  );

export function completionTokens(draft: Draft): { completion: number; reasoning: number } {
  const reasoning = countTokens(draft.reasoning);
  const calls = draft.calls.reduce((sum, call) => sum + countTokens(call.id + call.arguments) + 4, 0);
  return { reasoning, completion: reasoning + countTokens(draft.text) + calls + 1 };
}
