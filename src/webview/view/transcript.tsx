/** The timeline, the one thing that scrolls. It follows its end only while the reader is there. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { LiveRows } from '../rows/live.tsx';
import { RowView } from '../rows/row.tsx';
import type { Row } from '../state/rows.ts';
import { isBusy, rows } from '../state/store.ts';
import { keep, kept } from '../vscode.ts';
import { Icon } from './icon.tsx';
import { memo } from './memo.ts';

/** Rows in one chunk; a chunk out of sight is neither laid out nor painted. */
const CHUNK = 40;
/** As near to the end as counts for being there; pixels. */
const NEAR = 16;

export function Transcript() {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(kept.scrollTop === null);
  const [isNew, setIsNew] = useState(false);

  const toEnd = () => {
    follows.current = true;
    setIsNew(false);
    const at = scroller.current!;
    at.scrollTop = at.scrollHeight;
  };
  // Opening a row makes the content grow too, under the pointer: then the view stays where it is.
  const byHand = useRef(false);
  const onToggle = (e: Event) => {
    if (!(e.target as Element).closest('[aria-expanded]')) return;
    byHand.current = true;
    follows.current = false;
  };
  useLayoutEffect(() => {
    if (kept.scrollTop === null) toEnd();
    else scroller.current!.scrollTop = kept.scrollTop;
  }, []);
  useEffect(() => {
    let height = 0;
    let known = rows.peek();
    // Also when the frame shrinks: the composer grew, a card came.
    const seen = new ResizeObserver(() => {
      const grew = content.current!.offsetHeight > height;
      height = content.current!.offsetHeight;
      if (follows.current) scroller.current!.scrollTop = scroller.current!.scrollHeight;
      // A narrower view grows as well, and brings nothing new.
      else if (grew && !byHand.current && (rows.peek() !== known || isBusy.peek())) setIsNew(true);
      known = rows.peek();
      byHand.current = false;
    });
    seen.observe(content.current!);
    seen.observe(scroller.current!);
    const frame = scroller.current!;
    frame.addEventListener('click', onToggle);
    return () => {
      seen.disconnect();
      frame.removeEventListener('click', onToggle);
    };
  }, []);

  const lastTop = useRef(0);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!;
    const isNear = scrollHeight - scrollTop - clientHeight <= NEAR;
    // Only a move upwards leaves the end: content that grows below does not.
    if (isNear) follows.current = true;
    else if (scrollTop < lastTop.current) follows.current = false;
    lastTop.current = scrollTop;
    if (isNear) setIsNew(false);
  };
  const onScrollEnd = () => {
    const scrollTop = follows.current ? null : Math.round(scroller.current!.scrollTop);
    if (scrollTop !== kept.scrollTop) keep({ scrollTop });
  };

  return (
    <div class="transcript-frame">
      <section
        class="transcript"
        ref={scroller}
        aria-label="Transcript"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        onScroll={onScroll}
        onScrollEnd={onScrollEnd}
      >
        <div class="transcript-content" ref={content}>
          {chunked(rows.value).map((chunk, i, all) => (
            <Chunk key={chunk[0]!.key} rows={chunk} isLast={i >= all.length - 2} />
          ))}
          <LiveRows />
        </div>
      </section>
      {isNew && (
        <button type="button" class="new-pill" aria-label="New, go to the end" onClick={toEnd}>
          <Icon name="arrow-down" />
          New
        </button>
      )}
    </div>
  );
}

function chunked(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  for (let i = 0; i < rows.length; i += CHUNK) chunks.push(rows.slice(i, i + CHUNK));
  return chunks;
}

/** The last two are always laid out: where the end is must be exact. */
const Chunk = memo(
  ({ rows, isLast }: { rows: Row[]; isLast: boolean }) => (
    <div class={isLast ? 'chunk' : 'chunk far'}>
      {rows.map(row => (
        <RowView key={row.key} row={row} />
      ))}
    </div>
  ),
  (a, b) =>
    a.isLast === b.isLast && a.rows.length === b.rows.length && a.rows.every((row, i) => row === b.rows[i]),
);
