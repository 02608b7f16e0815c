import path from 'node:path';
import * as vscode from 'vscode';
import type { RestorePreview, Target } from '../../session/checkpoints/restore.ts';
import type { StepRow } from '../../session/checkpoints/steps.ts';
import type { Session } from '../../session/sessions.ts';
import type { App } from '../app.ts';
import { Refused } from '../chat/refused.ts';
import { inform } from '../notices.ts';
import type { Command } from './commands.ts';

/** From a step of the shown session to the files it would bring back, to a last question, to the restore. */
export const restoreCheckpoint: Command = {
  title: 'Restore Checkpoint',
  async run(app) {
    const { session } = app.chat;
    if (!session) throw new Refused('Open the session whose changes you want to take back.');
    if (session.running) throw new Refused('Ascent is working. Stop it first, then restore.');
    const to = await pickStep(session);
    if (!to) return;
    const preview = await looking('Comparing with the checkpoint', () => session.checkpoints.preview({ to }));
    if (!preview.changes.length) throw new Refused(nothing(preview));
    const files = await pickFiles(preview);
    if (!files?.length) return;
    refuseUnsaved(files);
    if (!(await isSure(files, preview))) return;
    const all = files.length === preview.changes.length;
    await restore(app, session, all ? { to } : { to, files: files.map(fileOf) });
  },
};

type Changed = RestorePreview['changes'][number];
const fileOf = ({ root, path: name }: { root: string; path: string }) => path.join(root, name);

async function pickStep(session: Session): Promise<Target['to'] | undefined> {
  const rows = await looking('Reading the checkpoints', () => session.checkpoints.steps());
  const steps = rows.filter(row => row.step !== undefined).toReversed();
  if (!steps.length) throw new Refused('No step of this session changed anything.');
  const entries: (vscode.QuickPickItem & { to: Target['to'] })[] = steps.map(row => ({
    label: `Before step ${row.step}`,
    description: new Date(row.at).toLocaleTimeString(),
    detail: `${counts(row)}: ${[...new Set(row.did)].join(', ').replace(/\s+/g, ' ')}`,
    to: { step: row.step ?? 0 },
  }));
  if (rows.some(row => row.step === undefined))
    entries.unshift({ label: 'Before the last restore', detail: 'Takes it back', to: 'beforeRestore' });
  const picked = await vscode.window.showQuickPick(entries, {
    title: 'Restore the state of the workspace',
    placeHolder: 'Undoes this step and all later ones; what you edited since is kept',
    matchOnDetail: true,
  });
  return picked?.to;
}

function counts({ files }: StepRow): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  if (!files.length) return 'No file changed';
  return `${files.length} ${files.length === 1 ? 'file' : 'files'} +${added} -${removed}`;
}

const KINDS = { created: 'comes back', modified: 'changes', deleted: 'is deleted' } as const;

async function pickFiles({ changes }: RestorePreview): Promise<Changed[] | undefined> {
  const entries = changes.map(change => ({
    label: change.path,
    description: KINDS[change.kind],
    picked: true,
    change,
  }));
  const picked = await vscode.window.showQuickPick(entries, {
    title: 'Files to restore',
    placeHolder: 'Leave out what should stay as it is',
    canPickMany: true,
  });
  return picked?.map(({ change }) => change);
}

/** Saving it later would undo the restore without a word. */
function refuseUnsaved(files: Changed[]): void {
  const wanted = new Set(files.map(fileOf));
  const unsaved = vscode.workspace.textDocuments.find(
    ({ isDirty, uri }) => isDirty && wanted.has(uri.fsPath),
  );
  if (unsaved) throw new Refused(`${path.basename(unsaved.uri.fsPath)} has unsaved changes. Save it first.`);
}

const SHOWN = 12;

async function isSure(files: Changed[], { conflicts }: RestorePreview): Promise<boolean> {
  const lines = files.map(({ path: name, kind }) => `${name} ${KINDS[kind]}`);
  const stays = conflicts.map(({ path: name, reason }) => `${name} stays: ${reason}`);
  const restore = 'Restore';
  const answer = await vscode.window.showWarningMessage(
    files.length === 1 ? 'Restore 1 file?' : `Restore ${files.length} files?`,
    { modal: true, detail: [...shortened(lines), ...shortened(stays), '', 'You can undo this.'].join('\n') },
    restore,
  );
  return answer === restore;
}

const shortened = (lines: string[]) =>
  lines.length > SHOWN ? [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more`] : lines;

async function restore(app: App, session: Session, target: Target): Promise<void> {
  const done = await looking('Restoring', () => session.checkpoints.restore(target));
  const stayed = done.conflicts.length ? ` ${conflictText(done)}` : '';
  const undo = 'Undo';
  const count = done.changes.length === 1 ? '1 file is' : `${done.changes.length} files are`;
  const answer = await inform(`${count} restored.${stayed}`, undo);
  if (answer !== undo) return;
  await app.attempt('Undo the restore', async () => {
    await session.checkpoints.restore({ to: 'beforeRestore' });
  });
}

const conflictText = ({ conflicts }: RestorePreview) =>
  `Left as they are: ${conflicts.map(({ path: name, reason }) => `${name} (${reason})`).join(', ')}.`;
const nothing = (preview: RestorePreview) =>
  preview.conflicts.length ? conflictText(preview) : 'The workspace is in that state already.';

const looking = <T>(title: string, work: () => Promise<T>): Promise<T> =>
  Promise.resolve(
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, work),
  );
