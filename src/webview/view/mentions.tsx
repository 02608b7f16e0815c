/** The list of files behind an @ in the composer. */
import { useRef, useState } from 'preact/hooks';
import { files } from '../state/store.ts';
import type { Mention } from '../text/mention.ts';
import { lastPart } from '../text/words.ts';
import { post } from '../vscode.ts';
import { Icon } from './icon.tsx';

const MOST = 8;
let request = 0;

export interface MentionState {
  open: boolean;
  active: string | undefined;
  paths: readonly string[];
  selected: number;
  look(mention: Mention | undefined): void;
  close(): void;
  choose(path: string): void;
  /** True when it used the key. */
  onKeyDown(e: KeyboardEvent): boolean;
}

export function useMentions(insert: (mention: Mention, path: string) => void): MentionState {
  const [mention, setMention] = useState<Mention | undefined>(undefined);
  const [selected, setSelected] = useState(0);
  const asked = useRef(0);
  const paths = mention && files.value.request === asked.current ? files.value.paths.slice(0, MOST) : [];
  const open = paths.length > 0;
  const close = () => setMention(undefined);
  const choose = (path: string) => {
    if (mention) insert(mention, path);
    close();
  };
  return {
    open,
    active: open ? `mention-${selected}` : undefined,
    paths,
    selected,
    look(next) {
      setMention(next);
      setSelected(0);
      if (!next) return;
      asked.current = ++request;
      post({ type: 'findFiles', query: next.query, request });
    },
    close,
    choose,
    onKeyDown(e) {
      if (!open) return false;
      if (e.key === 'ArrowDown') setSelected((selected + 1) % paths.length);
      else if (e.key === 'ArrowUp') setSelected((selected + paths.length - 1) % paths.length);
      else if ((e.key === 'Enter' && !e.shiftKey) || e.key === 'Tab') choose(paths[selected]!);
      else if (e.key === 'Escape') close();
      else return false;
      e.preventDefault();
      e.stopPropagation();
      return true;
    },
  };
}

export function Mentions({ state }: { state: MentionState }) {
  if (!state.open) return null;
  return (
    <div class="mentions" id="mentions" role="listbox" aria-label="Files">
      {state.paths.map((path, i) => (
        <div
          key={path}
          id={`mention-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === state.selected}
          class="menu-item"
          // Before the blur that a click would cause.
          onPointerDown={e => {
            e.preventDefault();
            state.choose(path);
          }}
        >
          <Icon name="file" />
          <span class="menu-label">{lastPart(path)}</span>
          <bdi class="menu-detail">{path}</bdi>
        </div>
      ))}
    </div>
  );
}
