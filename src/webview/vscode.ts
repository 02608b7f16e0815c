/** The one place that touches VS Code's webview API: messages out, and the little that survives a hidden view. */
import type { ContextItem } from '../protocol/events.ts';
import type { ViewMessage } from '../protocol/view.ts';

/** What only the view knows. Everything else comes back with the next snapshot. */
export interface Kept {
  draft: string;
  /** When the draft last changed; milliseconds since the epoch. */
  draftAt: number;
  context: ContextItem[];
  /** The session that `open` and `scrollTop` belong to. */
  session: string;
  /** Rows the person opened (true) or closed (false) by hand. */
  open: Record<string, boolean>;
  /** Pixels from the top; null while the view follows the end. */
  scrollTop: number | null;
}

interface VsCodeApi {
  postMessage(message: ViewMessage): void;
  getState(): Partial<Kept> | undefined;
  setState(state: Kept): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export function post(message: ViewMessage): void {
  api.postMessage(message);
}

export const kept: Readonly<Kept> = {
  draft: '',
  draftAt: 0,
  context: [],
  session: '',
  open: {},
  scrollTop: null,
  ...api.getState(),
};

export function keep(change: Partial<Kept>): void {
  Object.assign(kept, change);
  api.setState(kept);
}

/**
 * An input method has the key for itself: Enter takes what was composed, and sends nothing. 229: it has just done so, in
 * browsers that end the composition first.
 */
export const isComposing = (e: KeyboardEvent) => e.isComposing || e.keyCode === 229;
