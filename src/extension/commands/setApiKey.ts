import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { originOf } from '../baseUrl.ts';
import { inform } from '../notices.ts';
import type { Command } from './commands.ts';

export const setApiKey: Command = {
  title: 'Set API Key',
  async run(app) {
    const { baseUrl } = app.settings().backend;
    if (originOf(baseUrl)) return void (await askForKey(app, baseUrl));
    const select = 'Select Backend';
    const answer = await inform('The stand-in backend needs no key. Select a backend first.', select);
    if (answer === select) await app.run('ascent.selectBackend');
  },
};

/** Asks for the key of this backend's origin and keeps it; false when it was left as it is. */
export async function askForKey(app: App, baseUrl: string): Promise<boolean> {
  const origin = originOf(baseUrl);
  const had = await app.keys.get(baseUrl);
  const entered = await vscode.window.showInputBox({
    title: `API key for ${origin}`,
    prompt: had
      ? `Sent to ${origin} only. Leave it empty to remove the key that is stored.`
      : `Sent to ${origin} only, and kept in the secret storage of VS Code. Leave it empty if none is needed.`,
    password: true,
    ignoreFocusOut: true,
    validateInput: text =>
      /[\s\x00-\x1f\x7f]/.test(text.trim()) ? 'A key has no spaces or line breaks in it.' : undefined,
  });
  if (entered === undefined) return false;
  const key = entered.trim();
  if (!key && !had) return false;
  await app.keys.set(baseUrl, key || undefined);
  void inform(key ? `The key for ${origin} is stored.` : `The key for ${origin} is removed.`);
  return true;
}
