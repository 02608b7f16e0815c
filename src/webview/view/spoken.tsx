/** What is said without being asked for: state changes to a screen reader, and lines that pass. */
import { useEffect } from 'preact/hooks';
import type { SessionHead } from '../../protocol/transcript.ts';
import { head, items, replay, toast } from '../state/store.ts';
import { statusNames } from '../text/words.ts';
import { Icon, IconButton } from './icon.tsx';

export function Announcer() {
  return (
    <div class="sr-only" role="status">
      {head.value && !replay.value ? announcement(head.value) : ''}
    </div>
  );
}

function announcement({ status, pending }: SessionHead): string {
  const first = pending[0];
  if (first?.kind === 'approval') return `Approval needed: ${first.title.ask} ${first.title.object}`;
  if (first) return `Question: ${first.question}`;
  if (status === 'running') return 'Running';
  const last = items.value.at(-1);
  if (last?.kind !== 'end') return '';
  return last.reason === 'done'
    ? 'Finished'
    : last.failure
      ? `Failed: ${last.failure.message}`
      : statusNames[status];
}

const PASSES_AFTER_MS = 8_000;

export function Toast() {
  const shown = toast.value;
  useEffect(() => {
    if (shown?.level !== 'info') return;
    const timer = setTimeout(dismiss, PASSES_AFTER_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  if (!shown) return null;
  return (
    <div class={`toast ${shown.level}`} role={shown.level === 'error' ? 'alert' : 'status'}>
      <Icon name={shown.level} tone={shown.level === 'error' ? 'error' : 'dim'} />
      <span dir="auto">{shown.text}</span>
      <IconButton name="close" label="Dismiss" onClick={dismiss} />
    </div>
  );
}

const dismiss = () => {
  toast.value = undefined;
};
