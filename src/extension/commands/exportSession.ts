import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SessionEvent } from '../../protocol/events.ts';
import { type Exported, exportSession as writeOut } from '../../session/transfer/exportSession.ts';
import { EXTENSION } from '../../session/transfer/format.ts';
import { secretsOf } from '../../session/transfer/knownSecrets.ts';
import type { App } from '../app.ts';
import { eventsOf } from '../chat/replayed.ts';
import { inform } from '../notices.ts';
import type { Command } from './commands.ts';
import { pickSession } from './pickSession.ts';

/** The shown session, else one that is picked, into a file that the person names. */
export const exportSession: Command = {
  title: 'Export Session',
  needsTrust: true,
  async run(app) {
    const shown = app.replays.shown?.id ?? app.chat.session?.id;
    const id = shown ?? (await pickSession({ title: 'Export a session' }));
    if (!id) return;
    const events = await eventsOf(id);
    const uri = await vscode.window.showSaveDialog({
      title: 'Export the session, without its secrets',
      saveLabel: 'Export',
      defaultUri: vscode.Uri.file(path.join(homedir(), fileName(events, id))),
      filters: { 'Exported sessions': ['jsonl'] },
    });
    if (!uri) return;
    // The dialog has asked whether a file of that name may be replaced.
    const done = await writeOut(events, uri.fsPath, {
      known: [...(await keysOf(events, app)), ...secretsOf(process.env)],
      home: homedir(),
      now: Date.now(),
      overwrite: true,
    });
    const open = 'Open File';
    if ((await inform(said(done), open)) === open)
      await vscode.window.showTextDocument(uri, { preview: true });
  },
};

/** The keys of every backend that the session talked to, and of the one that is set now. */
async function keysOf(events: readonly SessionEvent[], { keys, settings }: App): Promise<string[]> {
  const urls = new Set([settings().backend.baseUrl]);
  for (const e of events)
    if ((e.type === 'session.started' || e.type === 'session.changed') && e.backend)
      urls.add(e.backend.baseUrl);
  const found = await Promise.all([...urls].map(url => keys.get(url)));
  return found.filter(key => key !== undefined);
}

function fileName(events: readonly SessionEvent[], id: string): string {
  const title = events.findLast(e => e.type === 'session.titled')?.title ?? '';
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || id}${EXTENSION}`;
}

function said({ file, leftOut: { secrets } }: Exported): string {
  const left =
    secrets === 0
      ? 'No secret was found in it.'
      : secrets === 1
        ? '1 secret was left out.'
        : `${secrets} secrets were left out.`;
  return `Exported to ${path.basename(file)}. ${left} Look it over before you give it away.`;
}
