/** A row of the timeline, by its kind. */
import type { TranscriptItem } from '../../protocol/transcript.ts';
import { type Row, summary } from '../state/rows.ts';
import { isOpen, setOpen } from '../state/store.ts';
import { Icon } from '../view/icon.tsx';
import { memo } from '../view/memo.ts';
import { Answer } from './answer.tsx';
import { EndRow } from './end.tsx';
import { Line } from './line.tsx';
import { RoomRow } from './room.tsx';
import { Thinking } from './thinking.tsx';
import { ToolRow } from './tool.tsx';
import { UserMessage } from './user.tsx';

export const RowView = memo(({ row }: { row: Row }) =>
  row.kind === 'fold' ? <FoldRow row={row} /> : <Item item={row.item} />,
);

function Item({ item }: { item: TranscriptItem }) {
  switch (item.kind) {
    case 'user':
      return <UserMessage item={item} />;
    case 'thinking':
      return <Thinking item={item} />;
    case 'answer':
      return <Answer item={item} />;
    case 'tool':
      return <ToolRow item={item} />;
    case 'notice':
      return (
        <p class={`notice ${item.level}`}>
          <Icon name={item.level} tone={item.level === 'warning' ? 'warning' : 'dim'} />
          <span dir="auto">
            {item.text}
            {item.times && <span class="meta"> {item.times} times</span>}
          </span>
        </p>
      );
    case 'room':
      return <RoomRow item={item} />;
    case 'end':
      return <EndRow item={item} />;
  }
}

function FoldRow({ row }: { row: Extract<Row, { kind: 'fold' }> }) {
  // A row that was open before it was folded away stays in sight.
  const open = isOpen(
    row.key,
    row.items.some(item => isOpen(item.id)),
  );
  return (
    <div class="row">
      <Line icon="files" verb={summary(row.tools)} open={open} onToggle={() => setOpen(row.key, !open)} />
      {open && (
        <div class="folded">
          {row.items.map(item => (
            <Item key={item.id} item={item} />
          ))}
        </div>
      )}
    </div>
  );
}
