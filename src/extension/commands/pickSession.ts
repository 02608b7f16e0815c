/** Which of the sessions on this machine? */
import * as vscode from 'vscode';
import { storedSessions } from '../chat/replayed.ts';

export interface PickOptions {
  title: string;
  /** Offered above the sessions. */
  first?: { label: string; id: string }[];
}

/** Undefined when the person left it. */
export async function pickSession({ title, first = [] }: PickOptions): Promise<string | undefined> {
  const sessions = await storedSessions().list();
  const entries: (vscode.QuickPickItem & { id?: string })[] = [
    ...first,
    ...(first.length ? [{ label: '', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...sessions.map(({ id, title, updatedAt, imported }) => ({
      label: title || 'New session',
      description: `${imported ? 'imported, ' : ''}${new Date(updatedAt).toLocaleString()}`,
      id,
    })),
  ];
  const placeHolder = sessions.length ? 'Select a session' : 'No sessions yet';
  return (await vscode.window.showQuickPick(entries, { title, placeHolder, matchOnDescription: true }))?.id;
}
