/** What happens now and is never stored, as short as a redrawn view needs it. */
import type { LiveEvent, SessionEvent } from '../protocol/events.ts';

/** Of a running tool's output, characters: more than any view shows. */
const OUTPUT_LIMIT = 32_000;

/** With text merged: a long step stays a handful of entries. */
export function addLive(list: readonly LiveEvent[], event: LiveEvent): LiveEvent[] {
  if (event.type === 'step.reset') return list.filter(l => 'callId' in l || l.type === 'context.summarising');
  const last = list.at(-1);
  if (last && 'text' in last && 'text' in event && last.type === event.type) {
    const sameCall = !('callId' in last) || !('callId' in event) || last.callId === event.callId;
    if (sameCall) {
      const all = last.text + event.text;
      const text = event.type === 'tool.output' ? all.slice(-OUTPUT_LIMIT) : all;
      return [...list.slice(0, -1), { ...event, text }];
    }
  }
  const replaced = event.type === 'call.delta' || event.type === 'meter' || event.type === 'step.waiting';
  return [...(replaced ? list.filter(l => !isSameSlot(l, event)) : list), event];
}

function isSameSlot(a: LiveEvent, b: LiveEvent): boolean {
  if (a.type === 'call.delta' && b.type === 'call.delta') return a.index === b.index;
  return a.type === b.type;
}

/** What is recorded now stands for what was shown live before. */
export function afterRecorded(list: LiveEvent[], event: SessionEvent): LiveEvent[] {
  if (event.type === 'assistant.message' || event.type === 'turn.ended') return [];
  if (event.type === 'context.summarised') return [];
  if (event.type !== 'tool.result') return list;
  return list.filter(l => !('callId' in l) || l.callId !== event.callId);
}
