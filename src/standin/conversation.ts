/** A request's messages as scenarios see them: what was asked, what was done about it, what came back. */
import type { ChatRequest, WireMessage, WireTool } from './wire.ts';
import { textOf } from './wire.ts';

export interface Done {
  name: string;
  arguments: Record<string, unknown>;
  /** What the tool returned; undefined where it did not come to an end. */
  result: string | undefined;
}

export interface Conversation {
  /** What the person asked for: their newest message that a scenario knows, else simply their newest. */
  task: string;
  /** Sent while the work on `task` went on, and not answered yet. */
  interjections: string[];
  /** All calls made for the task so far, in order. */
  done: Done[];
  /** Replies given for the task so far. */
  steps: number;
  /** Names of the tools that may be called. */
  tools: ReadonlySet<string>;
  /** What stands in the place of earlier work on the task, if that gave way to a summary. */
  summary: string | undefined;
  /** What went on before the task: what a summary is asked for sums up. */
  earlier(): Conversation;
  /** The same tools, as they were declared. */
  declared: readonly WireTool[];
}

/** How the agent opens what the model wrote when it was asked for a summary. */
const SUMMARY = /^# Where the work stands\n/;

/** How it then has the model go on: no task of its own. */
const ROOM_MADE = /^\[Room was made in the context\b/;

/** @param known whether some scenario takes this text as its task */
export function conversationOf(request: ChatRequest, known: (text: string) => boolean): Conversation {
  const { messages } = request;
  const start = taskStart(messages, text => !ROOM_MADE.test(text) && known(text));
  const after = messages.slice(start + 1);
  const lastReply = after.findLastIndex(message => message.role === 'assistant');
  const summary =
    after[0]?.role === 'assistant' && SUMMARY.test(textOf(after[0])) ? textOf(after[0]) : undefined;
  return {
    task: start < 0 ? '' : textOf(messages[start]!),
    interjections: after
      .slice(lastReply + 1)
      .filter(message => message.role === 'user')
      .map(textOf)
      .filter(text => !goesOn(text)),
    done: after.flatMap((message, index) => doneIn(message, after.slice(index + 1))),
    steps: after.filter(message => message.role === 'assistant').length - (summary === undefined ? 0 : 1),
    summary,
    earlier: () => conversationOf({ ...request, messages: messages.slice(0, Math.max(0, start)) }, known),
    tools: new Set(request.tools?.map(tool => tool.function.name)),
    declared: request.tools ?? [],
  };
}

/**
 * Work goes on over messages that start nothing new: those sent into a running tool loop, and a plain "continue"
 * after a stop. Anything else said after a stop is a task of its own.
 */
function taskStart(messages: readonly WireMessage[], known: (text: string) => boolean): number {
  const newest = messages.findLastIndex(message => message.role === 'user');
  if (newest < 0 || known(textOf(messages[newest]!))) return newest;
  const before = messages[newest - 1];
  const stopped = before?.role === 'tool' && wasCutOff(textOf(before));
  if (stopped && !goesOn(textOf(messages[newest]!))) return newest;
  for (let index = newest - 1; index >= 0; index--) {
    const message = messages[index]!;
    const isAnswer = message.role === 'assistant' && !message.tool_calls?.length;
    if (isAnswer && !SUMMARY.test(textOf(message))) return newest;
    if (message.role === 'user' && known(textOf(message))) return index;
  }
  return newest;
}

/** What the history holds in place of a result when a call was stopped half-way. */
const wasCutOff = (result: string) =>
  /^(Not finished|No result): /.test(result) || /\[stopped before its end[^\n]*\]\s*$/.test(result);

const goesOn = (text: string) => /^\W*(please )?(continue|go on|resume|carry on|keep going)\b/i.test(text);

function doneIn(message: WireMessage, rest: readonly WireMessage[]): Done[] {
  const end = rest.findIndex(next => next.role !== 'tool');
  const results = rest.slice(0, end < 0 ? rest.length : end);
  return (message.tool_calls ?? []).map(({ id, function: { name, arguments: json } }, index) => {
    const result = results.find(tool => tool.tool_call_id === id) ?? results[index];
    const text = result && textOf(result);
    return {
      name,
      arguments: argumentsOf(json),
      result: text !== undefined && wasCutOff(text) ? undefined : text,
    };
  });
}

function argumentsOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
