/** The extension in a real extension host: it starts, and its manifest keeps what it promises. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, extension } from './support.ts';

suite('activation', () => {
  test('opening the chat view activates the extension', async () => {
    await vscode.commands.executeCommand('workbench.view.extension.ascent');
    const [view] = extension().packageJSON.contributes.views.ascent ?? [];
    assert.ok(view, 'the manifest has no view in its container');
    await vscode.commands.executeCommand(`${view.id}.focus`);
    await activated();
    assert.equal(extension().isActive, true);
  });

  test('every command of the manifest is registered', async () => {
    const { contributes } = (await activated()).packageJSON;
    const known = new Set(await vscode.commands.getCommands(true));
    assert.ok(contributes.commands.length > 0);
    assert.deepEqual(
      contributes.commands.map(entry => entry.command).filter(command => !known.has(command)),
      [],
    );
  });

  test('every command of the manifest is named under Ascent', () => {
    const strangers = extension().packageJSON.contributes.commands.filter(
      entry => entry.category !== 'Ascent' && !/\bAscent\b/.test(entry.title),
    );
    assert.deepEqual(strangers, []);
  });

  test('no workspace can change a setting', () => {
    const { configuration } = extension().packageJSON.contributes;
    const settings = [configuration].flat().flatMap(part => Object.entries(part.properties));
    assert.ok(settings.length > 0);
    const open = settings.filter(([, setting]) => !['application', 'machine'].includes(setting.scope ?? ''));
    assert.deepEqual(
      open.map(([name]) => name),
      [],
    );
  });

  test('every setting has a default that its reader takes', () => {
    const { configuration } = extension().packageJSON.contributes;
    for (const name of [configuration].flat().flatMap(part => Object.keys(part.properties))) {
      const seen = vscode.workspace.getConfiguration().inspect(name);
      assert.ok(seen, name);
      assert.notEqual(seen.defaultValue, undefined, name);
    }
  });
});
