import * as vscode from 'vscode';
import { defaultStateDir } from '../../session/stateDir.ts';
import { importSession as takeIn } from '../../session/transfer/importSession.ts';
import type { App } from '../app.ts';
import { openReplay } from '../chat/replayed.ts';
import type { Command } from './commands.ts';

export const importSession: Command = {
  title: 'Import Session',
  needsTrust: true,
  run: importFile,
};

/** Asks for the file, takes it in, and shows its replay. */
export async function importFile(app: App): Promise<void> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Import an exported session',
      openLabel: 'Import',
      filters: { 'Exported sessions': ['jsonl'] },
    })) ?? [];
  if (!uri) return;
  const { id, known, dropped } = await takeIn(uri.fsPath, defaultStateDir(process.env));
  await openReplay(app, id);
  const left = dropped ? ` ${dropped} events of a later version of Ascent were left out.` : '';
  const text = known ? 'This session was imported before.' : 'Imported. It can be replayed, not continued.';
  app.view.sendSurely({ type: 'toast', level: 'info', text: `${text}${left}` });
}
