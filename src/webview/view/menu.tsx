/** A button that opens a panel below or above it: menus, the session list. Esc, a click outside or leaving closes it. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { IconName } from './glyphs.ts';
import { Icon } from './icon.tsx';

interface Props {
  label: string;
  /** The button's face; its accessible name is `label`. */
  face: ComponentChildren;
  class?: string;
  align: 'left' | 'right';
  side: 'below' | 'above';
  disabled?: boolean;
  /** It can be reached and opened not yet: it takes no answer. */
  unready?: boolean;
  onOpen?: () => void;
  children: (close: () => void) => ComponentChildren;
}

export function Menu(props: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!open) return;
    const first = (which: string) => root.current?.querySelector<HTMLElement>(which);
    (first('[aria-checked=true]') ?? first('[role^=menuitem]'))?.focus();
    const outside = (e: Event) => {
      if (!root.current?.contains(e.target as Node)) setOpen(false);
    };
    const blur = () => setOpen(false);
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    window.addEventListener('blur', blur);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      window.removeEventListener('blur', blur);
    };
  }, [open]);

  const onKeyDown = (e: KeyboardEvent) => {
    if (!open) return;
    if (e.key === 'Escape') {
      e.stopPropagation();
      return close();
    }
    const entries = [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[e.key];
    if (to === undefined || !entries.length) return;
    e.preventDefault();
    entries[(to + entries.length) % entries.length]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the button and the entries inside
    <div class={`menu ${props.class ?? ''}`} ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        class="menu-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.label}
        title={props.label}
        disabled={props.disabled}
        aria-disabled={props.unready || undefined}
        onClick={() => {
          if (props.unready) return;
          if (!open) props.onOpen?.();
          setOpen(!open);
        }}
      >
        {props.face}
      </button>
      {open && (
        <div class={`menu-panel ${props.align} ${props.side}`} role="menu" aria-label={props.label}>
          {props.children(close)}
        </div>
      )}
    </div>
  );
}

export function MenuItem(props: {
  label: string;
  detail?: ComponentChildren;
  icon?: IconName;
  /** Present: one of a set, of which one holds. */
  checked?: boolean;
  onClick: (e: Event) => void;
}) {
  const checkable = props.checked !== undefined;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only with a role that supports it
    <button
      type="button"
      class="menu-item"
      role={checkable ? 'menuitemradio' : 'menuitem'}
      aria-checked={checkable ? props.checked : undefined}
      tabIndex={-1}
      onClick={props.onClick}
    >
      {checkable ? props.checked ? <Icon name="check" /> : <span class="icon" /> : null}
      {props.icon && <Icon name={props.icon} />}
      <span class="menu-label">{props.label}</span>
      {props.detail && <span class="menu-detail">{props.detail}</span>}
    </button>
  );
}
