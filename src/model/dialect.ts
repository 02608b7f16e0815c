/**
 * Our messages in a backend's dialect. The history that goes out is always sound: each call has exactly one result,
 * next to it and in call order; no broken JSON, no blank parts, no half characters (strict hosts refuse them, wherever a
 * text was cut); reasoning byte for byte under the profile's keys.
 */
import type { AssistantMessage, Message, ToolCall, ToolMessage } from '../protocol/message.ts';
import { mendArguments } from './arguments.ts';
import type { ReasoningKey } from './chunk.ts';
import type { Json } from './json.ts';
import type { EchoKey, Profile } from './profile.ts';

export interface Dialect {
  profile: Pick<Profile, 'echo' | 'reasoningRequired' | 'ids'>;
  /** The reasoning key that this backend was seen to write. */
  seenKey: ReasoningKey | undefined;
}

export interface WireMessages {
  messages: Json[];
  /** What had to be mended, in words for people. */
  repairs: string[];
}

const MISSING_RESULT =
  'No result is known for this call: it was cut off. Do not assume that it succeeded; check first.';

/** The whole history as request messages. Pure: the same history in the same dialect gives the same bytes. */
export function toWire(history: readonly Message[], dialect: Dialect): WireMessages {
  const messages: Json[] = [];
  let missing = 0;
  const results = resultsByCall(history);
  const idOf = idRule(dialect);
  const echoRule = echoed(dialect);
  for (const message of history) {
    switch (message.role) {
      case 'system':
      case 'user':
        // Hosts answer 400 to an empty message, and to an empty text part.
        if (message.text.trim()) messages.push(plainToWire(message));
        break;
      case 'assistant': {
        // Thinking alone is no message; it would also end the range in which the template keeps thinking.
        if (!message.text.trim() && !message.toolCalls.length) break;
        const ids = message.toolCalls.map(idOf);
        messages.push(
          sameAs(message, ids.join('\n'), echoRule, () => assistantToWire(message, ids, dialect)),
        );
        for (const [at, call] of message.toolCalls.entries()) {
          const id = ids[at]!;
          const result = results.get(call.id);
          if (!result) missing++;
          messages.push(sameAs(result ?? call, id, call.name, () => resultToWire(id, call, result)));
        }
        break;
      }
      case 'tool':
        // Went out beside its call; one that belongs to no call does not go out.
        break;
    }
  }
  const repairs = missing ? [`Told the model that ${missing} earlier tool call(s) have no result.`] : [];
  return { messages, repairs };
}

/** What went out for a message before, where neither its ids nor the rest it was made from is another now. */
const sent = new WeakMap<object, { ids: string; rest: string; wire: Json }>();
/** The same object for the same message: see bodyBytes.ts. */
function sameAs(source: object, ids: string, rest: string, make: () => Json): Json {
  const before = sent.get(source);
  if (before?.ids === ids && before.rest === rest) return before.wire;
  const wire = make();
  sent.set(source, { ids, rest, wire });
  return wire;
}

const plainToWire = (message: Exclude<Message, AssistantMessage | ToolMessage>): Json =>
  sameAs(message, '', '', () => ({ role: message.role, content: message.text.toWellFormed() }));

const resultToWire = (id: string, { name }: ToolCall, result: ToolMessage | undefined): Json => ({
  role: 'tool',
  tool_call_id: id,
  name,
  content: (result ? result.text.toWellFormed() : MISSING_RESULT) || '(empty)',
});

/** All that `echo` looks at besides the message. */
const echoed = ({ profile, seenKey }: Dialect) =>
  `${profile.reasoningRequired} ${echoKeys(profile.echo, seenKey).join()}`;

/** The first result of each call. */
function resultsByCall(history: readonly Message[]): Map<string, ToolMessage> {
  const results = new Map<string, ToolMessage>();
  for (const message of history)
    if (message.role === 'tool' && !results.has(message.callId)) results.set(message.callId, message);
  return results;
}

function assistantToWire(message: AssistantMessage, ids: readonly string[], dialect: Dialect): Json {
  return {
    role: 'assistant',
    ...echo(message, dialect),
    // Blank beside calls is left out: old templates turn it into a list and break.
    ...(message.text.trim() && { content: message.text.toWellFormed() }),
    ...(ids.length && {
      tool_calls: message.toolCalls.map((call, at) => ({
        id: ids[at],
        type: 'function',
        function: { name: call.name, arguments: soundArguments(call) },
      })),
    }),
  };
}

/** Judged once in a call's life, not at each step that sends it again. */
const sound = new WeakMap<ToolCall, string>();

/** Strict hosts answer 400 to a history with broken JSON in it; the error result beside it tells the model. */
function soundArguments(call: ToolCall): string {
  let known = sound.get(call);
  if (known === undefined) {
    const { text, valid } = mendArguments(call.arguments);
    known = valid ? text.toWellFormed() : '{}';
    sound.set(call, known);
  }
  return known;
}

function echo(message: AssistantMessage, { profile, seenKey }: Dialect): Json {
  const { reasoningDetails } = message;
  const reasoning =
    message.reasoning?.toWellFormed() ??
    (profile.reasoningRequired && message.toolCalls.length ? '' : undefined);
  const fields: Json = {};
  for (const key of echoKeys(profile.echo, seenKey)) {
    if (key === 'reasoning_details') {
      if (reasoningDetails?.length) fields[key] = reasoningDetails;
    } else if (reasoning !== undefined) fields[key] = reasoning;
  }
  return fields;
}

function echoKeys(rule: Profile['echo'], seen: ReasoningKey | undefined): readonly EchoKey[] {
  if (rule !== 'seen') return rule;
  if (seen === 'reasoning_details') return ['reasoning', 'reasoning_details'];
  return seen ? [seen] : ['reasoning_content', 'reasoning'];
}

/** One counter over the conversation, as the weights were trained and vLLM goes on to count. */
function idRule({ profile }: Dialect): (call: ToolCall) => string {
  if (profile.ids === 'asReceived') return call => call.id;
  let counter = 0;
  return call => `functions.${call.name}:${counter++}`;
}
