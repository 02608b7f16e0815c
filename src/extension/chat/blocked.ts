/** Why nothing may be sent in this window, in words and with the button that helps. */
import * as vscode from 'vscode';
import type { Snapshot } from '../../protocol/view.ts';
import type { Session } from '../../session/sessions.ts';

export type Blocked = NonNullable<Snapshot['blocked']>;

export function blockedBy(session: Session | undefined): Blocked | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (!folders.length)
    return {
      text: 'Ascent works in a folder. Open one to begin.',
      command: { label: 'Open Folder', command: 'openFolder' },
    };
  if (folders.some(folder => folder.uri.scheme !== 'file'))
    return {
      text: 'This workspace is virtual: its files are not on a disk, and commands cannot run in it. Open a folder on a disk.',
      command: { label: 'Open Folder', command: 'openFolder' },
    };
  if (!vscode.workspace.isTrusted)
    return {
      text: 'This folder is in Restricted Mode. Ascent runs commands and edits files, so it starts once you trust the folder.',
      command: { label: 'Manage Trust', command: 'trust' },
    };
  if (session?.readOnly)
    return { text: session.readOnly, command: { label: 'Take Over', command: 'takeOver' } };
  const roots = session?.transcript.head.roots ?? [];
  const here = new Set(folders.map(folder => folder.uri.fsPath));
  if (roots.length && !roots.some(root => here.has(root)))
    return {
      text: `This session worked in ${roots.join(', ')}. Open that folder to go on with it, or start a new session.`,
      command: { label: 'Open Folder', command: 'openFolder' },
    };
  return undefined;
}
