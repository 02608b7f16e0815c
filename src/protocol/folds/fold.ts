/** What a fold case has in hand, and how the cases of one subject are written: an object with a function an event type. */
import type { EventOf, SessionEvent } from '../events.ts';
import type { Pending, SessionHead, ToolItem, Transcript, TranscriptItem } from '../transcript.ts';

/** What one event changed: the items (in order) and whether the head did. */
export interface Change {
  items: TranscriptItem[];
  head: boolean;
}

export interface Fold {
  readonly t: Transcript;
  readonly change: Change;
  /** Puts a new item at the end. */
  add(item: TranscriptItem): void;
  /** Changes the item of a tool call; does nothing when there is none. */
  updateTool(callId: string, change: Partial<ToolItem>): void;
  head(change: Partial<SessionHead>): void;
}

export type Folds = { [T in SessionEvent['type']]?: (f: Fold, e: EventOf<T>) => void };

export function foldInto(t: Transcript): Fold {
  const change: Change = { items: [], head: false };
  return {
    t,
    change,
    add(item) {
      t.items.push(item);
      change.items.push(item);
    },
    updateTool(callId, part) {
      const index = t.calls.get(callId);
      const item = index === undefined ? undefined : t.items[index];
      if (index === undefined || item?.kind !== 'tool') return;
      const next = { ...item, ...part };
      t.items[index] = next;
      change.items.push(next);
    },
    head(part) {
      t.head = { ...t.head, ...part };
      change.head = true;
    },
  };
}

/** The item of a tool call. */
export function toolOf(t: Transcript, callId: string): ToolItem | undefined {
  const item = t.items[t.calls.get(callId) ?? -1];
  return item?.kind === 'tool' ? item : undefined;
}

/** What waits for a person, without what that call waited for. */
export function unpend(t: Transcript, callId: string): Pending[] {
  return t.head.pending.filter(p => p.callId !== callId);
}
