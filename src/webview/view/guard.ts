/** A yes must be meant: it comes from a person, and only after the card could be read. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export const GUARD_MS = 500;

export interface Guard {
  /** Whether this event counts. */
  counts(e: Event): boolean;
  /** The card has been there long enough: its buttons say so. */
  ready: boolean;
}

/** The time runs anew whenever a hidden view is shown again, and when `shown` (what the card is about) changes. */
export function useGuard(shown = ''): Guard {
  const shownAt = useRef({ shown, at: performance.now() });
  const [ready, setReady] = useState(false);
  if (shownAt.current.shown !== shown) shownAt.current = { shown, at: performance.now() };
  useLayoutEffect(() => {
    setReady(false);
    let timer = setTimeout(() => setReady(true), GUARD_MS);
    const restart = () => {
      shownAt.current = { shown, at: performance.now() };
      setReady(false);
      clearTimeout(timer);
      timer = setTimeout(() => setReady(true), GUARD_MS);
    };
    document.addEventListener('visibilitychange', restart);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', restart);
    };
  }, [shown]);
  return { ready, counts: e => e.isTrusted && performance.now() - shownAt.current.at >= GUARD_MS };
}

/** Whether the end of what scrolls in `list` was in view since `shown` changed: nothing in it is unread then. */
export function useReadThrough(list: RefObject<HTMLElement | null>, shown: string): boolean {
  const [read, setRead] = useState<string>();
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    const look = () => {
      if (current.scrollTop + current.clientHeight >= current.scrollHeight - 8) setRead(shown);
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(current);
    current.addEventListener('scroll', look);
    look();
    return () => {
      sizes.disconnect();
      current.removeEventListener('scroll', look);
    };
  }, [shown]);
  return read === shown;
}

/** A key that is still held from before must not press a button that took the focus meanwhile. */
export function ignoreHeldKeys(e: KeyboardEvent): void {
  if (e.repeat && (e.key === 'Enter' || e.key === ' ') && e.target instanceof HTMLButtonElement)
    e.preventDefault();
}

/**
 * Moves the focus to a card that asks, unless that would take it from someone who is writing, or from the editor. The
 * result gives it back, if it would go with the card.
 */
export function focusPolitely(element: HTMLElement | null): (() => void) | undefined {
  const at = document.activeElement as HTMLElement;
  const isWriting = (at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement) && at.value !== '';
  if (!document.hasFocus() || isWriting) return;
  element?.focus({ preventScroll: true });
  const card = element?.closest('section');
  return () => {
    const now = document.activeElement;
    if (now === document.body || card?.contains(now)) at.focus({ preventScroll: true });
  };
}

/** The focus of a card: on `allow` first, and again when a reason is not given after all. Gives whether one is being said. */
export function useCardFocus(allow: RefObject<HTMLButtonElement | null>) {
  const [saying, setSaying] = useState<boolean>();
  useLayoutEffect(() => focusPolitely(allow.current), []);
  useLayoutEffect(() => {
    if (saying === false) allow.current?.focus();
  }, [saying]);
  return [saying, setSaying] as const;
}

/** What the keys mean on a card that asks: Escape goes back or refuses, Enter allows, but on a control of its own. */
export function onCardKey(e: KeyboardEvent, { back, yes }: { back: () => void; yes: () => void }): void {
  ignoreHeldKeys(e);
  if (e.isComposing || e.repeat) return;
  const inControl = e.target instanceof HTMLButtonElement || e.target instanceof HTMLInputElement;
  if (e.key === 'Escape') {
    e.stopPropagation();
    back();
  } else if (e.key === 'Enter' && !inControl) yes();
}
