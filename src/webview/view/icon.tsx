import { glyphs, type IconName } from './glyphs.ts';

/** Decoration only: whatever it says is also said in words beside it or in the control's name. */
export function Icon({ name, tone }: { name: IconName; tone?: 'error' | 'warning' | 'good' | 'dim' }) {
  return (
    <span class={tone ? `icon ${tone}` : 'icon'} aria-hidden="true">
      {glyphs[name]}
    </span>
  );
}

export function IconButton(props: {
  name: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  class?: string;
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.name} />
    </button>
  );
}
