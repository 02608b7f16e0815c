/** What the model no longer reads, where that began, and what was taken back. */
import type { RoomItem, Transcript } from '../transcript.ts';
import type { Fold, Folds } from './fold.ts';
import { spent } from './replies.ts';

export const contextFolds: Folds = {
  'context.trimmed': (f, e) => addRoom(f, e, { how: 'outputs', results: e.results }),
  'context.summarised': (f, e) => {
    addRoom(f, e, { how: 'summary', messages: e.messages, summary: e.summary });
    f.head(spent(f.t.head, e));
  },
  'context.restored': (f, e) => {
    const at = f.t.room.findIndex(index => seqOf(f.t, index) === e.of);
    if (at < 0) return;
    const [taken] = f.t.room.splice(at, 1);
    set(f, taken, 'takenBack');
    set(f, f.t.room.at(-1), 'newest');
    f.head({ contextTokens: f.t.head.contextTokens + e.tokens });
  },
};

function addRoom(f: Fold, { seq, tokens }: { seq: number; tokens: number }, made: RoomItem['made']): void {
  set(f, f.t.room.at(-1), 'stands');
  f.t.room.push(f.t.items.length);
  f.add({ id: `e${seq}`, kind: 'room', seq, made, tokens, state: 'newest' });
  // Until the backend counts again.
  f.head({ contextTokens: Math.max(0, f.t.head.contextTokens - tokens) });
}

function set(f: Fold, index: number | undefined, state: RoomItem['state']): void {
  const item = f.t.items[index ?? -1];
  if (index === undefined || item?.kind !== 'room' || item.state === state) return;
  const next = { ...item, state };
  f.t.items[index] = next;
  f.change.items.push(next);
}

function seqOf({ items }: Transcript, index: number): number | undefined {
  const item = items[index];
  return item?.kind === 'room' ? item.seq : undefined;
}
