/** What is said again in a turn (a repair at each of 300 steps) is one line that counts up. */
import type { EventOf } from '../events.ts';
import type { NoticeItem, Transcript } from '../transcript.ts';

/** Puts it into the transcript, or counts it where it was said first; gives back its item. */
export function foldNotice(
  t: Pick<Transcript, 'items' | 'notices'>,
  { seq, level, code, text }: EventOf<'notice'>,
): NoticeItem {
  const at = t.notices.get(text) ?? t.items.length;
  const before = t.items[at];
  const item: NoticeItem =
    before?.kind === 'notice'
      ? { ...before, times: (before.times ?? 1) + 1 }
      : { id: `e${seq}`, kind: 'notice', level, code, text };
  t.notices.set(text, at);
  t.items[at] = item;
  return item;
}
