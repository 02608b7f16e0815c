/** The light bulb, asked through the editor's own command. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, closeAllEditors, codeActions, writeFile } from './support.ts';

suite('code actions', () => {
  let problems: vscode.DiagnosticCollection;
  let file: vscode.Uri;
  const broken = new vscode.Range(1, 4, 1, 10);
  const nowhere = new vscode.Range(0, 2, 0, 2);

  suiteSetup(async () => {
    await activated();
    problems = vscode.languages.createDiagnosticCollection('checker');
    file = await writeFile('scratch/notes.txt', 'fine\nnot fine\nfine\n');
    await vscode.window.showTextDocument(file);
    problems.set(file, [new vscode.Diagnostic(broken, 'This is not fine.')]);
  });
  suiteTeardown(async () => {
    problems.dispose();
    await closeAllEditors();
  });

  test('a problem can be fixed', async () => {
    const [fix, ...others] = await codeActions(file, new vscode.Range(1, 5, 1, 5));
    assert.deepEqual(others, []);
    assert.equal(fix?.title, 'Fix with Ascent');
    assert.equal(fix.kind?.value, vscode.CodeActionKind.QuickFix.value);
    const [uri, range] = fix.command?.arguments ?? [];
    assert.equal(String(uri), String(file));
    assert.ok(broken.isEqual(range));
  });

  test('a selection can be explained, fixed and tested', async () => {
    const selected = new vscode.Range(2, 0, 2, 4);
    const actions = await codeActions(file, selected);
    assert.deepEqual(
      actions.map(action => action.title),
      ['Explain with Ascent', 'Fix with Ascent', 'Add Tests with Ascent'],
    );
    for (const action of actions) assert.ok(selected.isEqual(action.command?.arguments?.[1]), action.title);
  });

  test('a selected problem can be fixed as a problem, and all the rest', async () => {
    const commands = (await codeActions(file, broken)).map(action => action.command?.command);
    assert.deepEqual(
      new Set(commands),
      new Set(['ascent.fixProblem', 'ascent.explainSelection', 'ascent.fixSelection', 'ascent.addTests']),
    );
  });

  test('there are none where nothing is selected and nothing is wrong', async () => {
    assert.deepEqual(await codeActions(file, nowhere), []);
  });

  test('there are none for a file outside the workspace', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ascent-outside-'));
    try {
      const outside = vscode.Uri.file(path.join(folder, 'a.txt'));
      writeFileSync(outside.fsPath, 'outside');
      await vscode.window.showTextDocument(outside);
      assert.deepEqual(await codeActions(outside, new vscode.Range(0, 0, 0, 5)), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('every command they name exists', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    for (const { command } of await codeActions(file, broken)) assert.ok(known.has(command?.command ?? ''));
  });
});
