/** The chat view in a document of its own: fresh modules, what it posted, and hands to use it with. */
import { vi } from 'vitest';
import type { HostMessage, ViewMessage } from '../../src/protocol/view.ts';

export interface View {
  root: HTMLElement;
  posted: ViewMessage[];
  /** What the view gave to `setState` last. */
  state(): unknown;
  receive(...messages: HostMessage[]): Promise<void>;
  /** The control with this role's element and accessible name. */
  button(name: string | RegExp): HTMLButtonElement;
  find<T extends Element>(selector: string): T;
  has(name: string | RegExp): boolean;
  click(name: string | RegExp, trusted?: boolean): Promise<void>;
  press(element: Element, key: string, init?: KeyboardEventInit): Promise<void>;
  type(text: string): Promise<void>;
}

/** Everything that was asked to be drawn is drawn. */
const drawn = () => new Promise<void>(resolve => setImmediate(resolve));

/** Builds the view anew. `state` is what an earlier one has kept. */
export async function openView(state?: unknown): Promise<View> {
  vi.resetModules();
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById('root')!;
  const posted: ViewMessage[] = [];
  let kept = state;
  vi.stubGlobal('acquireVsCodeApi', () => ({
    postMessage: (message: ViewMessage) => posted.push(message),
    getState: () => kept,
    setState: (next: unknown) => {
      kept = structuredClone(next);
    },
  }));
  const { render, h } = await import('preact');
  const { App } = await import('../../src/webview/view/app.tsx');
  const { receive } = await import('../../src/webview/state/store.ts');
  render(h(App, {}), root);

  const nameOf = (element: Element) =>
    (element.getAttribute('aria-label') ?? withoutIcons(element)).replace(/\s+/g, ' ').trim();
  const buttons = (name: string | RegExp) =>
    [...root.querySelectorAll<HTMLButtonElement>('button')].filter(b =>
      typeof name === 'string' ? nameOf(b) === name : name.test(nameOf(b)),
    );
  const view: View = {
    root,
    posted,
    state: () => kept,
    async receive(...messages) {
      for (const message of messages) receive(structuredClone(message));
      await drawn();
    },
    button(name) {
      const found = buttons(name)[0];
      if (!found) throw new Error(`No button ${name} in:\n${root.textContent}`);
      return found;
    },
    find(selector) {
      const found = root.querySelector(selector);
      if (!found) throw new Error(`Nothing fits ${selector} in:\n${root.innerHTML}`);
      return found as never;
    },
    has: name => buttons(name).length > 0,
    async click(name, trusted = true) {
      dispatch(view.button(name), new MouseEvent('click', { bubbles: true, cancelable: true }), trusted);
      await drawn();
    },
    async press(element, key, init) {
      dispatch(
        element,
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
        true,
      );
      await drawn();
    },
    async type(text) {
      const box = view.find<HTMLTextAreaElement>('textarea');
      box.value = text;
      box.setSelectionRange(text.length, text.length);
      box.dispatchEvent(new Event('input', { bubbles: true }));
      await drawn();
    },
  };
  return view;
}

function dispatch(target: Element, event: Event, trusted: boolean): void {
  Object.defineProperty(event, 'isTrusted', { value: trusted });
  target.dispatchEvent(event);
}

function withoutIcons(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const hidden of copy.querySelectorAll('[aria-hidden=true]')) hidden.remove();
  return copy.textContent ?? '';
}
