import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ContextItem } from '../../protocol/events.ts';
import { around, compose, isBusy, mode } from '../state/store.ts';
import { type Mention, mentionAt } from '../text/mention.ts';
import { isComposing, keep, kept, post } from '../vscode.ts';
import { Footer, QUEUE_KEY } from './footer.tsx';
import { Icon, IconButton } from './icon.tsx';
import { Mentions, useMentions } from './mentions.tsx';

export function Composer() {
  const box = useRef<HTMLTextAreaElement>(null);
  const [context, setContext] = useState<ContextItem[]>(kept.context);
  const [isEmpty, setIsEmpty] = useState(kept.draft.trim() === '');
  const mentions = useMentions((mention, path) => insertPath(box.current!, mention, path, changed));
  const blocked = around.value?.blocked;

  useLayoutEffect(() => {
    box.current!.value = kept.draft;
  }, []);
  useLayoutEffect(() => {
    const { count, text, context: added } = compose.value;
    const at = box.current!;
    if (!count) return;
    if (text) {
      at.value = at.value.trim() ? `${at.value.trimEnd()}\n${text}` : text;
      changed();
    }
    if (added.length) attach([...context.filter(c => !added.some(a => a.label === c.label)), ...added]);
    at.focus();
    at.setSelectionRange(at.value.length, at.value.length);
  }, [compose.value]);

  const changed = () => {
    keep({ draft: box.current!.value, draftAt: Date.now() });
    setIsEmpty(box.current!.value.trim() === '');
  };
  const attach = (next: ContextItem[]) => {
    setContext(next);
    keep({ context: next });
  };
  const send = (when: 'now' | 'later') => {
    const text = box.current!.value.trim();
    if (!text || blocked) return;
    post({ type: 'send', text, context, ...(when === 'later' && { later: true }) });
    box.current!.value = '';
    box.current!.focus();
    mentions.close();
    attach([]);
    changed();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (mentions.onKeyDown(e)) return;
    if (e.key === 'Enter' && !e.shiftKey) {
      e.preventDefault();
      if (!e.repeat) send(e.altKey ? 'later' : 'now');
    }
  };

  return (
    <div class="composer">
      <Mentions state={mentions} />
      <div class={`composer-box ${blocked ? 'disabled' : ''}`}>
        {context.length > 0 && (
          <ul class="chips" aria-label="Attached">
            {context.map(c => (
              <li key={c.label} title={c.text.slice(0, 400)}>
                <Icon name="file" />
                <bdi>{c.label}</bdi>
                <IconButton
                  name="close"
                  label={`Remove ${c.label}`}
                  onClick={() => attach(context.filter(other => other !== c))}
                />
              </li>
            ))}
          </ul>
        )}
        <textarea
          ref={box}
          rows={1}
          aria-label="Message Ascent"
          placeholder={placeholder()}
          dir="auto"
          maxLength={200_000}
          disabled={!!blocked}
          aria-autocomplete="list"
          aria-controls={mentions.open ? 'mentions' : undefined}
          aria-activedescendant={mentions.active}
          onInput={e => {
            changed();
            mentions.look(mentionAt(e.currentTarget.value, e.currentTarget.selectionStart));
          }}
          onKeyDown={onKeyDown}
          onBlur={mentions.close}
        />
        <Footer canSend={!isEmpty && !blocked} onSend={send} />
      </div>
    </div>
  );
}

function placeholder(): string {
  if (isBusy.value) return `Steer its next step, or queue with ${QUEUE_KEY}`;
  return mode.value === 'plan' ? 'Describe what to plan' : 'Describe a task. @ names a file';
}

function insertPath(box: HTMLTextAreaElement, mention: Mention, path: string, changed: () => void): void {
  box.setRangeText(`@${path} `, mention.start, box.selectionStart, 'end');
  box.focus();
  changed();
}
