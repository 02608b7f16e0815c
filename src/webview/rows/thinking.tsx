import type { TranscriptItem } from '../../protocol/transcript.ts';
import { isOpen, setOpen } from '../state/store.ts';
import { unhidden } from '../text/visible.ts';
import { duration, firstWords } from '../text/words.ts';
import { Line } from './line.tsx';

export function Thinking({ item }: { item: Extract<TranscriptItem, { kind: 'thinking' }> }) {
  const open = isOpen(item.id);
  return (
    <div class="row thinking">
      <Line
        icon="lightbulb"
        tone="dim"
        verb={item.durationMs >= 50 ? `Thought for ${duration(item.durationMs)}` : 'Thought'}
        detail={open ? undefined : unhidden(firstWords(item.text))}
        open={open}
        onToggle={() => setOpen(item.id, !open)}
      />
      {open && (
        <div class="thought" dir="auto">
          {unhidden(item.text.trim())}
        </div>
      )}
    </div>
  );
}
