/** A yes must be meant: it comes from a person, and only after the card could be read. */
import { useEffect, useRef } from 'preact/hooks';

export const GUARD_MS = 500;

/** Says whether this event counts. The time runs anew whenever a hidden view is shown again. */
export function useGuard(): (e: Event) => boolean {
  const shownAt = useRef(performance.now());
  useEffect(() => {
    const restart = () => {
      shownAt.current = performance.now();
    };
    document.addEventListener('visibilitychange', restart);
    return () => document.removeEventListener('visibilitychange', restart);
  }, []);
  return e => e.isTrusted && performance.now() - shownAt.current >= GUARD_MS;
}

/** A key that is still held from before must not press a button that took the focus meanwhile. */
export function ignoreHeldKeys(e: KeyboardEvent): void {
  if (e.repeat && (e.key === 'Enter' || e.key === ' ') && e.target instanceof HTMLButtonElement)
    e.preventDefault();
}

/** Moves the focus to a card that asks, unless that would take it from someone who is writing, or from the editor. */
export function focusPolitely(element: HTMLElement | null): void {
  const at = document.activeElement;
  const isWriting = (at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement) && at.value !== '';
  if (document.hasFocus() && !isWriting) element?.focus({ preventScroll: true });
}
