/** Editor tabs that show a page, one of each kind: shown again, it is the same tab. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type Html, page } from './html.ts';

export interface ShownPage {
  /** Of the kind of page. */
  id: 'verify' | 'wireHealth';
  title: string;
  body: Html;
  /** The commands its links may run, and no others. */
  commands: readonly string[];
}

export type Panels = ReturnType<typeof createPanels>;

export function createPanels(): vscode.Disposable & { show(shown: ShownPage): void } {
  const open = new Map<string, vscode.WebviewPanel>();
  return {
    show({ id, title, body, commands }) {
      let panel = open.get(id);
      if (!panel) {
        panel = vscode.window.createWebviewPanel(`ascent.${id}`, title, vscode.ViewColumn.Active, {
          enableScripts: false,
          enableCommandUris: commands,
          localResourceRoots: [],
          enableFindWidget: true,
        });
        panel.onDidDispose(() => open.delete(id));
        open.set(id, panel);
      } else panel.reveal();
      panel.title = title;
      panel.webview.html = page({ title, body, nonce: randomBytes(24).toString('base64url') });
    },
    dispose() {
      for (const panel of [...open.values()]) panel.dispose();
    },
  };
}
