/** What suites inside the extension host share. */
import assert from 'node:assert/strict';
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

/** Titles of the code actions that are offered for `range`. */
export async function codeActionTitles(uri: vscode.Uri, range: vscode.Range): Promise<string[]> {
  const actions = await vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
  );
  return actions.map(action => action.title);
}

export async function closeAllEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Absolute path of something in the project under test. */
export const projectFile = (...segments: string[]) =>
  path.join(process.env.ASCENT_TEST_ROOT ?? '', ...segments);
