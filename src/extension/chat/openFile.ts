/** Opens a file that the transcript names, at its line. */
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { locate } from './paths.ts';
import { Refused } from './refused.ts';

export async function openFile(app: App, given: string, line?: number): Promise<void> {
  if (app.replays.shown?.imported)
    throw new Refused('This session was imported: its files are not on this machine.');
  const { host } = await app.engine();
  const shown = app.replays.shown ?? app.chat.session;
  const roots = shown?.transcript.head.roots ?? host.roots;
  const file = await locate(host, roots, given);
  const stat = file && (await host.stat(file));
  if (!file || !stat) throw new Refused(`${given} is not there any more.`);
  const uri = vscode.Uri.file(file);
  if (stat.kind === 'directory') {
    await vscode.commands.executeCommand('revealInExplorer', uri);
    return;
  }
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  // `vscode.open` knows images and other editors as well.
  await vscode.commands.executeCommand('vscode.open', uri, {
    preview: true,
    selection: line === undefined ? undefined : new vscode.Range(at, at),
  } satisfies vscode.TextDocumentShowOptions);
}
