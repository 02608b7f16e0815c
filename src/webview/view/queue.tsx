/** Messages that wait for the end of the turn, above the composer: edited, removed or sent before their time. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { QueuedMessage } from '../../protocol/transcript.ts';
import { around, head, isBusy } from '../state/store.ts';
import { plural } from '../text/words.ts';
import { isComposing, post } from '../vscode.ts';
import { Icon, IconButton } from './icon.tsx';

export function Queue() {
  const queue = head.value?.queue ?? [];
  if (!queue.length) return null;
  const what = plural(queue.length, 'message');
  return (
    <section class="queue" aria-label="Queued messages">
      <div class="queue-head">
        <span class="meta">{isBusy.value ? `${what} for after this turn` : `${what} waiting`}</span>
        {!isBusy.value && !around.value?.blocked && (
          <button
            type="button"
            class="link"
            title={queue.length > 1 ? 'Sends them one after the other, a turn each' : undefined}
            onClick={() => post({ type: 'sendQueued' })}
          >
            Send {queue.length > 1 ? 'them' : 'it'}
          </button>
        )}
      </div>
      <ol>
        {queue.map(message => (
          <Queued key={message.id} message={message} />
        ))}
      </ol>
    </section>
  );
}

function Queued({ message: { id, text, context } }: { message: QueuedMessage }) {
  const [editing, setEditing] = useState(false);
  if (editing)
    return (
      <li>
        <Editor
          text={text}
          onSave={next => {
            if (next !== text) post({ type: 'editQueued', id, text: next });
            setEditing(false);
          }}
          onCancel={() => setEditing(false)}
        />
      </li>
    );
  const now = isBusy.value ? 'Send for the next step instead' : 'Send now';
  return (
    <li>
      <span class="queued-text" dir="auto" title={text}>
        {text}
      </span>
      {context.length > 0 && (
        <span class="meta" title={context.map(c => c.label).join(', ')}>
          <Icon name="file" /> {context.length}
        </span>
      )}
      <IconButton name="edit" label="Edit the queued message" onClick={() => setEditing(true)} />
      <IconButton name="arrow-up" label={now} onClick={() => post({ type: 'sendQueued', id })} />
      <IconButton
        name="close"
        label="Remove the queued message"
        onClick={() => post({ type: 'removeQueued', id })}
      />
    </li>
  );
}

function Editor(props: { text: string; onSave: (text: string) => void; onCancel: () => void }) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    box.current!.focus();
    box.current!.setSelectionRange(props.text.length, props.text.length);
  }, []);
  const save = () => {
    const text = box.current!.value.trim();
    if (text) props.onSave(text);
    else props.onCancel();
  };
  return (
    <div class="queue-editor">
      <textarea
        ref={box}
        rows={1}
        aria-label="Queued message"
        dir="auto"
        maxLength={200_000}
        defaultValue={props.text}
        onKeyDown={e => {
          if (isComposing(e)) return;
          if (e.key === 'Escape') {
            e.stopPropagation();
            props.onCancel();
          } else if (e.key === 'Enter' && !e.shiftKey) {
            e.preventDefault();
            save();
          }
        }}
      />
      <IconButton name="check" label="Save the message" onClick={save} />
      <IconButton name="close" label="Leave the message as it was" onClick={props.onCancel} />
    </div>
  );
}
