/** Gathers what a session reports into about one message a frame, so that fast output never floods the view. */
import type { LiveEvent } from '../../protocol/events.ts';
import type { SessionHead, TranscriptItem } from '../../protocol/transcript.ts';
import type { HostMessage } from '../../protocol/view.ts';
import type { SessionUpdate } from '../../session/sessions.ts';

type Update = Extract<HostMessage, { type: 'update' }>;

export interface Updates {
  add(update: SessionUpdate): void;
  /** Forgets what waits: a snapshot, which holds it all, is on its way. */
  discard(): void;
}

/** `later` runs its argument at the next frame. `head` is read when the message is made. */
export function createUpdates(
  post: (message: Update) => void,
  head: () => SessionHead | undefined,
  later: (flush: () => void) => void,
): Updates {
  let items = new Map<string, TranscriptItem>();
  let live: LiveEvent[] = [];
  let headChanged = false;
  let planned = false;

  const clear = () => {
    items = new Map();
    live = [];
    headChanged = false;
  };
  const flush = () => {
    planned = false;
    if (!items.size && !live.length && !headChanged) return;
    const message: Update = { type: 'update', items: [...items.values()], live };
    if (headChanged) message.head = head();
    clear();
    post(message);
  };

  return {
    add(update) {
      if ('live' in update) live = withLive(live, update.live);
      else {
        for (const item of update.change.items) items.set(item.id, item);
        if (update.change.head) headChanged = true;
        // The recorded event holds what was live until now; sent after its items, old text would show twice.
        if (update.event.type === 'assistant.message' || update.event.type === 'turn.ended')
          live = live.filter(e => !isReply(e));
        else if (update.event.type === 'tool.result') {
          const { callId } = update.event;
          live = live.filter(e => !('callId' in e && e.callId === callId));
        }
      }
      if (planned) return;
      planned = true;
      later(flush);
    },
    discard: clear,
  };
}

const isReply = (e: LiveEvent) =>
  e.type === 'reasoning.delta' ||
  e.type === 'text.delta' ||
  e.type === 'call.delta' ||
  e.type === 'step.reset';

/** Appends one event, merged into the last one where they are of the same kind. */
function withLive(events: LiveEvent[], next: LiveEvent): LiveEvent[] {
  if (next.type === 'step.reset') return [...events.filter(e => !isReply(e)), next];
  const last = events.at(-1);
  const merged = last && merge(last, next);
  if (merged) events[events.length - 1] = merged;
  else events.push(next);
  return events;
}

function merge(a: LiveEvent, b: LiveEvent): LiveEvent | undefined {
  if (a.type === 'reasoning.delta' && b.type === 'reasoning.delta')
    return { type: a.type, text: a.text + b.text };
  if (a.type === 'text.delta' && b.type === 'text.delta') return { type: a.type, text: a.text + b.text };
  if (a.type === 'tool.output' && b.type === 'tool.output' && a.callId === b.callId)
    return { type: a.type, callId: a.callId, text: a.text + b.text };
  if (a.type === 'call.delta' && b.type === 'call.delta' && a.index === b.index) return b;
  if (a.type === 'meter' && b.type === 'meter') return b;
  return undefined;
}
