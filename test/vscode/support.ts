/** What suites inside the extension host share. */
import assert from 'node:assert/strict';
import { mkdir, writeFile as writeToDisk } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

export const EXTENSION = 'ascent.ascent';

/** The parts of package.json that suites hold the extension to. */
export interface Manifest {
  version: string;
  contributes: {
    commands: { command: string; title: string; category?: string }[];
    configuration: Configuration | Configuration[];
    views: Record<string, { id: string; name: string }[]>;
  };
}
interface Configuration {
  properties: Record<string, { scope?: string; default?: unknown; description?: string }>;
}

export function extension(): Omit<vscode.Extension<unknown>, 'packageJSON'> & { packageJSON: Manifest } {
  const found = vscode.extensions.getExtension(EXTENSION);
  assert.ok(found, `${EXTENSION} is not there`);
  return found;
}

export async function activated() {
  const found = extension();
  await found.activate();
  return found;
}

/** The copy of the sample project that the window has open. */
export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return folder.uri;
}

/** Opens a file of the workspace in an editor. */
export async function openFile(...segments: string[]): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.joinPath(workspaceFolder(), ...segments);
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

export async function readText(...segments: string[]): Promise<string> {
  const uri = vscode.Uri.joinPath(workspaceFolder(), ...segments);
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** The next event that fits; register it before causing it. Mocha's time limit ends a wait that is in vain. */
export function next<T>(event: vscode.Event<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return new Promise(resolve => {
    const listening = event(value => {
      if (!fits(value)) return;
      listening.dispose();
      resolve(value);
    });
  });
}

/** Resolves when `ready` holds, looked at now and after each `event`. */
export async function until<T>(event: vscode.Event<T>, ready: () => boolean): Promise<void> {
  if (ready()) return;
  await next(event, ready);
}

/** Ascent's code actions for `range`. */
export async function codeActions(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction[]> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
  );
  return actions.filter(action => action.command?.command.startsWith('ascent.'));
}

export async function closeAllEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Absolute path of something in the project under test. */
export const projectFile = (...segments: string[]) =>
  path.join(process.env.ASCENT_TEST_ROOT ?? '', ...segments);

/** Writes a file of the workspace as another program would, behind the editor's back. */
export async function writeFile(name: string, bytes: Uint8Array | string): Promise<vscode.Uri> {
  const uri = vscode.Uri.joinPath(workspaceFolder(), name);
  await mkdir(path.dirname(uri.fsPath), { recursive: true });
  await writeToDisk(uri.fsPath, bytes);
  return uri;
}

/** Adds text at the end of a document, as a person who types: nothing is saved. */
export async function typeAtEnd(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Sets a setting of the person's own; undefined takes it away again. */
export async function setUserSetting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
}

/** Sets the workspace's own settings; resolves once VS Code has read them. */
export async function setWorkspaceSettings(settings: Record<string, unknown>): Promise<void> {
  const marker = 'editor.wordWrapColumn';
  const value = 60 + (vscode.workspace.getConfiguration().get<number>(marker) ?? 0);
  const heard = next(vscode.workspace.onDidChangeConfiguration, event => event.affectsConfiguration(marker));
  await writeFile('.vscode/settings.json', JSON.stringify({ ...settings, [marker]: value }));
  await heard;
  assert.equal(vscode.workspace.getConfiguration().get(marker), value);
}
