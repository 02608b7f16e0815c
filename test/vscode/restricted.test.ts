/** Restricted Mode: whatever a person tries, nothing is sent and nothing is started. Runs in a window of its own. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { defaultStateDir } from '../../src/session/stateDir.ts';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { activated, codeActions, openFile, readText, setUserSetting, workspaceFolder } from './support.ts';

suite('restricted mode', () => {
  let backend: StandinServer;
  /** Requests of any kind, the list of models included. */
  let requests = 0;

  suiteSetup(async () => {
    const standin = createStandin({ tokensPerSecond: 0 });
    const fetch: typeof standin.fetch = (...request) => {
      requests++;
      return standin.fetch(...request);
    };
    backend = await serveStandin({ fetch }, 0);
    await setUserSetting('ascent.backend.baseUrl', backend.url);
    await setUserSetting('ascent.approvals', 'all');
  });
  suiteTeardown(() => backend.close());

  test('is what this window is in, with the extension at work', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    assert.equal((await activated()).isActive, true);
  });

  test('the stand-in would hear a request', async () => {
    await fetch(`${backend.url}/models`);
    assert.equal(requests, 1);
    requests = 0;
  });

  test('no command sends anything, writes anything or begins a session', async () => {
    const before = await readText('src', 'statement.js');
    const editor = await openFile('src', 'statement.js');
    editor.selection = new vscode.Selection(0, 0, 3, 0);
    // The ones that ask a person something first have nothing to do with trust.
    const asking = ['ascent.selectBackend', 'ascent.setApiKey'];
    const all = (await activated()).packageJSON.contributes.commands.map(({ command }) => command);
    for (const command of all.filter(name => !asking.includes(name))) {
      await vscode.commands.executeCommand(command, editor.document.uri, editor.selection);
    }
    assert.equal(requests, 0);
    assert.equal(existsSync(defaultStateDir(process.env)), false);
    assert.equal(await readText('src', 'statement.js'), before);
  });

  test('the list of backends asks no server on this machine', async () => {
    // Where `ascent standin` listens, one of the ports that are looked at otherwise.
    const asked: string[] = [];
    const here = await serveStandin(
      {
        async fetch(url) {
          asked.push(new URL(String(url)).pathname);
          return new Response();
        },
      },
      8399,
    );
    try {
      const shown = vscode.commands.executeCommand('ascent.selectBackend').then(() => true);
      const close = () => vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      while (!(await Promise.race([shown, close()])));
      await fetch(`${here.url}/after`);
      assert.deepEqual(asked, ['/v1/after']);
    } finally {
      await here.close();
    }
  });

  test('no code actions are offered', async () => {
    const file = vscode.Uri.joinPath(workspaceFolder(), 'src', 'statement.js');
    assert.deepEqual(await codeActions(file, new vscode.Range(0, 0, 3, 0)), []);
  });
});
