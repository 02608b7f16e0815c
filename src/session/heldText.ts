/** Who holds a session, in words for people. */
import type { Holder } from './lock.ts';

const PLACES: Record<Holder['kind'], string> = {
  window: 'Open in another window',
  terminal: 'Open on the command line',
  background: 'Runs in the background',
};

/** "Open in another window since 14:03 (process 1234)". */
export function heldBy({ kind, since, pid }: Holder): string {
  const time = new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return `${PLACES[kind]} since ${time}${pid ? ` (process ${pid})` : ''}`;
}

export function heldText(holder: Holder): string {
  const then =
    holder.kind === 'background'
      ? 'It comes back here when it is done or needs you.'
      : 'It opens here once it is closed there.';
  return `${heldBy(holder)}. You see it live. ${then}`;
}
