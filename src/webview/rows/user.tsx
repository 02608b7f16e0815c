import { useState } from 'preact/hooks';
import type { TranscriptItem } from '../../protocol/transcript.ts';
import { Icon } from '../view/icon.tsx';

const LONG_LINES = 16;
const LONG_TEXT = 1_500;

export function UserMessage({ item }: { item: Extract<TranscriptItem, { kind: 'user' }> }) {
  const isLong = item.text.length > LONG_TEXT || item.text.split('\n').length > LONG_LINES;
  const [all, setAll] = useState(false);
  return (
    <article class="user" aria-label="Your message" title={new Date(item.at).toLocaleString()}>
      <p class={isLong && !all ? 'clamped' : ''} dir="auto">
        {item.text}
      </p>
      {isLong && (
        <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show less' : 'Show all'}
        </button>
      )}
      {item.context.length > 0 && (
        <ul class="chips">
          {item.context.map(c => (
            <li key={c.label} title={c.text.slice(0, 400)}>
              <Icon name="file" />
              <bdi>{c.label}</bdi>
            </li>
          ))}
        </ul>
      )}
      {item.steer && <p class="meta">Sent while it ran; read at the next step</p>}
    </article>
  );
}
