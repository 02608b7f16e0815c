/** Room was made in the model's context: what gave way, what stands in its place, and the way back. */
import type { RoomItem } from '../../protocol/transcript.ts';
import { around, isOpen, replay, setOpen } from '../state/store.ts';
import { unhidden } from '../text/visible.ts';
import { compact, exact, plural } from '../text/words.ts';
import { post } from '../vscode.ts';
import { Line } from './line.tsx';

export function RoomRow({ item }: { item: RoomItem }) {
  const { made, state } = item;
  const open = isOpen(item.id);
  const summary = made.how === 'summary' ? made.summary : undefined;
  const what =
    made.how === 'summary'
      ? `Summarised ${plural(made.messages, 'earlier message')}`
      : `Set ${plural(made.results, 'tool output')} aside`;
  return (
    <div class="row room">
      <div class="with-button">
        <Line
          icon="fold"
          tone="dim"
          verb={state === 'takenBack' ? `Taken back: ${what.charAt(0).toLowerCase()}${what.slice(1)}` : what}
          detail={state === 'takenBack' ? undefined : `to make room, about ${compact(item.tokens)} tokens`}
          open={open}
          onToggle={summary === undefined ? undefined : () => setOpen(item.id, !open)}
        />
        {state === 'newest' && !replay.value && !around.value?.blocked && (
          <button
            type="button"
            class="link"
            title={`Let the model read it all again: about ${exact(item.tokens)} tokens`}
            onClick={() => post({ type: 'takeBackRoom', seq: item.seq })}
          >
            Undo
          </button>
        )}
      </div>
      {open && summary !== undefined && (
        <div class="thought" dir="auto">
          {unhidden(summary)}
        </div>
      )}
    </div>
  );
}
