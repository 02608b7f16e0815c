import { useRef } from 'preact/hooks';
import type { TranscriptItem } from '../../protocol/transcript.ts';
import { type Block, blocks, grow, growing } from '../text/markdown.ts';
import { memo } from '../view/memo.ts';

export function Answer({ item }: { item: Extract<TranscriptItem, { kind: 'answer' }> }) {
  return (
    <div class="markdown">
      {blocks(item.text).map(block => (
        <BlockView key={block.at} html={block.html} />
      ))}
    </div>
  );
}

/** A text that is being written: only its last block is parsed and drawn again. */
export function GrowingAnswer({ text }: { text: string }) {
  const state = useRef(growing());
  state.current = grow(state.current, text);
  const { done, tail } = state.current;
  const all: Block[] = tail ? [...done, tail] : done;
  return (
    <div class="markdown">
      {all.map(block => (
        <BlockView key={block.at} html={block.html} />
      ))}
    </div>
  );
}

const BlockView = memo(({ html }: { html: string }) => (
  <div class="block" dir="auto" dangerouslySetInnerHTML={{ __html: html }} />
));
