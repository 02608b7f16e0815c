/**
 * Messages that wait for the end of the running turn. Each becomes a turn of its own, in their order, when the one
 * before it is done; after a stop, a limit or a failure they wait until a person lets them go on. Events in the log, so
 * that neither a reload nor a crash loses one.
 */
import type { ContextItem, NewEvent } from '../protocol/events.ts';
import type { QueuedMessage } from '../protocol/transcript.ts';
import { SessionError } from './error.ts';
import type { Recorder } from './recorder.ts';
import type { SessionState } from './state.ts';
import type { Turns } from './turns.ts';

export interface Queue {
  /** Waits for the end of the running turn; begins one when none runs. Resolves when the text is durable. */
  add(text: string, context?: ContextItem[]): Promise<void>;
  edit(id: string, text: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Steers the running turn with it, or begins one. */
  sendNow(id: string): Promise<void>;
  /** When no turn runs: begins with the first; the others follow. */
  release(): Promise<void>;
}

/** How a message goes out: into the turn that runs, else as a turn of its own. */
export interface Sending {
  /** It waited in the queue under this id. */
  queued?: string;
  /** While a turn runs: into the queue. */
  later?: boolean;
}

export interface QueueParts {
  state: SessionState;
  turns: Pick<Turns, 'running'>;
  record: Recorder['record'];
  send(text: string, context: ContextItem[], how: Sending): Promise<void>;
}

export function createQueue({ state, turns, record, send }: QueueParts): Queue {
  const sendNow = ({ id, text, context }: QueuedMessage) => send(text, context, { queued: id });
  return {
    add: (text, context = []) => send(text, context, { later: true }),
    async edit(id, text) {
      if (!text.trim())
        throw new SessionError('empty', 'There is nothing in it. Remove the message instead.');
      if (waiting(state, id).text !== text) await record({ type: 'queue.edited', id, text });
    },
    async remove(id) {
      await record({ type: 'queue.removed', id: waiting(state, id).id });
    },
    sendNow: async id => sendNow(waiting(state, id)),
    async release() {
      const [first] = state.transcript.head.queue;
      if (!first || turns.running) return;
      await sendNow(first).catch(error => {
        // A second click: the first one let it go on.
        if (!(error instanceof SessionError) || error.kind !== 'refused') throw error;
      });
    },
  };
}

/** What waits under this id. Throws SessionError `refused` when it does not any more. */
export function waiting({ transcript }: SessionState, id: string): QueuedMessage {
  const found = transcript.head.queue.find(message => message.id === id);
  if (!found)
    throw new SessionError('refused', 'This message does not wait any more: it was sent or removed.');
  return found;
}

/** What the next turn begins with, if one waits. */
export function nextInQueue({ transcript }: SessionState, turn: string): NewEvent | undefined {
  const [first] = transcript.head.queue;
  if (!first) return undefined;
  const { id, text, context } = first;
  return { type: 'user.message', turn, text, context, steer: false, queued: id };
}
