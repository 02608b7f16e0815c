/** One line of the timeline: icon, verb, object, and the result on the right. A button where it opens to something. */
import type { ComponentChildren } from 'preact';
import type { IconName } from '../view/glyphs.ts';
import { Icon } from '../view/icon.tsx';

interface Props {
  icon: IconName;
  tone?: 'error' | 'warning' | 'dim';
  verb: string;
  object?: string;
  /** Code is set in the editor's font. */
  objectIsCode?: boolean;
  detail?: string;
  result?: ComponentChildren;
  open: boolean;
  /** Absent where there is nothing to open. */
  onToggle?: () => void;
}

export function Line(props: Props) {
  const { verb, object, detail } = props;
  const inside = (
    <>
      <Icon name={props.icon} tone={props.tone} />
      <span class="words" dir="auto">
        <span class="verb">{verb}</span>
        {object && (
          <>
            {' '}
            <bdi class={props.objectIsCode ? 'object mono' : 'object'}>{object}</bdi>
          </>
        )}
        {detail && <span class="detail"> {detail}</span>}
      </span>
      {props.result && <span class="result">{props.result}</span>}
    </>
  );
  const title = [verb, object, detail].filter(Boolean).join(' ');
  if (!props.onToggle)
    return (
      <div class="line" title={title}>
        {inside}
      </div>
    );
  return (
    <button type="button" class="line" aria-expanded={props.open} title={title} onClick={props.onToggle}>
      {inside}
    </button>
  );
}
