/** A model that answers what the log says it answered, and looks at how it is asked. */
import { asksForSummary } from '../../agent/summarise.ts';
import { type ModelClient, type ModelDelta, ModelError } from '../../model/client.ts';
import type { EventOf, SessionEvent } from '../../protocol/events.ts';
import type { Message } from '../../protocol/message.ts';
import { isLoop, type Tape } from './tape.ts';

/** The log says that the turn ended here for a reason that lies outside of the loop. */
export class RecordedEnd extends Error {
  override readonly name = 'RecordedEnd';
}

export interface RecordedModel extends ModelClient {
  /** Requests that were made. */
  readonly requests: number;
  /** The history may differ from the request before: the next request begins a prefix of its own. */
  cutPrefix(): void;
}

const ROOM_ENOUGH = Number.MAX_SAFE_INTEGER;

/** `onPrefix` hears of a request whose messages do not begin with those of the request before. */
export function recordedModel(tape: Tape, onPrefix: (message: number) => void): RecordedModel {
  let before: readonly Message[] = [];
  let requests = 0;
  let window = 262_144;
  let takenBack = 0;

  const look = () => {
    const e = tape.next;
    if (e?.type === 'context.trimmed') throw new ModelError('contextOverflow', 'The prompt is too long.');
    if (e?.type === 'turn.ended' && (e.reason === 'failed' || e.reason === 'costLimit'))
      throw new RecordedEnd(e.reason);
    return e && deltaOf(e, tape);
  };

  return {
    get requests() {
      return requests;
    },
    cutPrefix() {
      before = [];
    },
    async info() {
      const { next: end, last } = tape;
      if (end?.type === 'turn.ended' && end.reason === 'failed' && last?.type !== 'step.started')
        throw new RecordedEnd(end.reason);
      const [overflows, next] = windowAhead(tape);
      window = next ?? window;
      return { id: tape.state.backend.model, contextWindow: overflows ? ROOM_ENOUGH : window };
    },
    async *stream({ messages }, signal): AsyncGenerator<ModelDelta> {
      requests++;
      if (tape.takenBack !== takenBack) before = [];
      takenBack = tape.takenBack;
      // What asks for a summary is gone from the history again.
      if (!asksForSummary(messages)) {
        const differs = before.findIndex((m, i) => m !== messages[i] && !isSame(m, messages[i]));
        if (differs >= 0) onPrefix(differs);
        before = [...messages];
      }
      for (;;) {
        const delta = await tape.until(look, signal);
        yield delta;
        if (delta.type === 'reply') return;
      }
    },
  };
}

const isSame = (a: Message, b: Message | undefined) => JSON.stringify(a) === JSON.stringify(b);

function deltaOf(e: SessionEvent, tape: Tape): ModelDelta | undefined {
  switch (e.type) {
    case 'request.paid':
      return { type: 'unseen', usage: e.usage, ...(e.cost && { cost: e.cost }) };
    case 'notice':
      if (e.code === 'wire') return reply(tape);
      return e.code === 'retry'
        ? {
            type: 'retry',
            error: new ModelError('server', e.text.replace(/ Asked again\.$/, '')),
            attempt: 2,
            delayMs: 0,
          }
        : undefined;
    case 'assistant.message':
      return reply(tape);
    case 'context.summarised':
      return summaryOf(e);
    default:
      return undefined;
  }
}

/** The reply with the repairs that are told before it. */
function reply(tape: Tape): ModelDelta | undefined {
  const repairs: string[] = [];
  for (const e of tape.ahead()) {
    if (e.type === 'notice' && e.code === 'wire') repairs.push(e.text);
    else if (e.type === 'assistant.message') return replyOf(e, repairs);
    else if (isLoop(e)) return undefined;
  }
  return undefined;
}

function summaryOf({ summary, usage, cost }: EventOf<'context.summarised'>): ModelDelta {
  return {
    type: 'reply',
    message: { role: 'assistant', text: summary, toolCalls: [] },
    finish: 'stop',
    usage,
    ...(cost && { cost }),
    timing: { firstTokenMs: 0, thinkingMs: 0, totalMs: 0 },
    repairs: [],
  };
}

function replyOf(e: EventOf<'assistant.message'>, repairs: string[]): ModelDelta {
  const { message, usage, cost, timing, reasoningKey } = e;
  const finish = message.toolCalls.length ? 'toolCalls' : 'stop';
  return { type: 'reply', message, finish, usage, ...(cost && { cost }), timing, repairs, reasoningKey };
}

/** Whether the next step meets a window that is smaller than was known; and the window that the next reply tells. */
function windowAhead(tape: Tape): [overflows: boolean, window: number | undefined] {
  let asked = false;
  let overflows = false;
  for (const e of tape.ahead()) {
    if (e.type === 'step.started') asked = true;
    if (e.type === 'context.trimmed' && asked) overflows = true;
    if (e.type === 'assistant.message') return [overflows, e.contextWindow];
  }
  return [overflows, undefined];
}
