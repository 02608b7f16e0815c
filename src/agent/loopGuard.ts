/**
 * Models get stuck: the same call, with the same outcome, again and again. Read from the history alone, so that a turn
 * that goes on after a crash counts on. A poll whose output changes is no loop, and text from the person starts anew.
 */
import type { Message, ToolCall } from '../protocol/message.ts';

/** From so many times in a row on the model is told. */
const REMIND_AT = 3;
/** After so many times in a row the turn ends. */
export const STOP_AT = 12;

/** The turn went in circles and was ended. */
export class GoingInCircles extends Error {
  override readonly name = 'GoingInCircles';
  constructor(name: string) {
    super(`The model called ${name} ${STOP_AT} times in a row, each time with the same outcome.`);
  }
}

type Messages = readonly Message[];

/**
 * An identical call that stands before this one in the same reply, with nothing between them that changes anything:
 * it runs once, for both.
 */
export function twinOf(
  call: ToolCall,
  messages: Messages,
  changes: (call: ToolCall) => boolean,
): ToolCall | undefined {
  const calls = newestStep(messages)?.calls ?? [];
  const at = calls.findIndex(c => c.id === call.id);
  for (const earlier of calls.slice(0, Math.max(0, at)).reverse()) {
    if (isSame(earlier, call)) return earlier;
    if (changes(earlier)) return undefined;
  }
  return undefined;
}

/** What the result of this call should say besides its content, once it has come the same way too often. */
export function reminder(call: ToolCall, content: string, messages: Messages): string {
  const times = timesInARow(call, content, stepsBefore(messages));
  return times < REMIND_AT
    ? ''
    : `${REMINDER} ${times} times in a row with the same outcome. ${advice(times)}]`;
}
const REMINDER = '\n\n[You made this same call';
const advice = (times: number) =>
  times < 8
    ? 'Making it again will tell you nothing new: think about what you need, and try another way.'
    : `Stop making it: do something else, or tell the person what keeps you from going on. At ${STOP_AT} the turn ends.`;

/** Throws when the newest step, and as many before it as `STOP_AT` says, did nothing but repeat themselves. */
export function demandProgress(messages: Messages): void {
  const [newest, ...before] = steps(messages);
  if (!newest?.calls.length) return;
  const stuck = newest.calls.every(call => {
    const content = newest.results.get(call.id);
    return content !== undefined && timesInARow(call, content, before) >= STOP_AT;
  });
  if (stuck) throw new GoingInCircles(newest.calls[0]!.name);
}

interface Step {
  calls: readonly ToolCall[];
  /** Contents by call id. */
  results: ReadonlyMap<string, string>;
}

/** This one included. */
function timesInARow(call: ToolCall, content: string, before: Iterable<Step>): number {
  let times = 1;
  for (const { calls, results } of before) {
    const same = calls.some(c => isSame(c, call) && isSameOutcome(results.get(c.id), content));
    if (!same || times === STOP_AT) break;
    times++;
  }
  return times;
}

/** The steps since a person last said something, the newest first; read only as far back as is asked for. */
function* steps(messages: Messages): Generator<Step> {
  let results = new Map<string, string>();
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at]!;
    if (message.role === 'tool') results.set(message.callId, message.text);
    else if (message.role !== 'assistant') return;
    else {
      yield { calls: message.toolCalls, results };
      results = new Map();
    }
  }
}
const newestStep = (messages: Messages): Step | undefined => steps(messages).next().value ?? undefined;
function* stepsBefore(messages: Messages): Generator<Step> {
  const all = steps(messages);
  all.next();
  yield* all;
}

const isSame = (a: ToolCall, b: ToolCall) =>
  a.name === b.name && (a.arguments === b.arguments || sorted(a.arguments) === sorted(b.arguments));

/** The same JSON whatever the order of its keys. */
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

/** Apart from our own reminder, and from the file that a command's full output went to this time. */
const isSameOutcome = (a: string | undefined, b: string) => a !== undefined && core(a) === core(b);
const core = (content: string) =>
  content.slice(0, end(content)).replace(/output-[0-9a-f]{12}\.txt/g, 'output.txt');
function end(content: string): number {
  const at = content.lastIndexOf(REMINDER);
  return at < 0 ? content.length : at;
}
