/** Whole turns: the extension's own commands, a backend behind a port, real edits and commands, the log on the disk. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, watch } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { createKeys } from '../../src/extension/keys.ts';
import type { TestApi } from '../../src/extension/main.ts';
import type { EventOf, SessionEvent } from '../../src/protocol/events.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { defaultStateDir } from '../../src/session/stateDir.ts';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin, type Standin, type StandinOptions } from '../../src/standin/standin.ts';
import {
  activated,
  closeAllEditors,
  codeActions,
  openFile,
  readText,
  setUserSetting,
  setWorkspaceSettings,
  typeAtEnd,
  until,
  workspaceFolder,
} from './support.ts';

const sessions = path.join(defaultStateDir(process.env), 'sessions');
const names = () => readdirSync(sessions).filter(name => !name.startsWith('.'));

suite('a session', function () {
  this.timeout(120_000);
  const servers: StandinServer[] = [];
  let keys: ReturnType<typeof createKeys>;
  let known: string[] = [];

  suiteSetup(async () => {
    mkdirSync(sessions, { recursive: true });
    const { secrets } = (await activated()).exports as TestApi;
    keys = createKeys(secrets, {});
    await setUserSetting('ascent.approvals', 'all');
  });
  setup(async () => {
    await vscode.commands.executeCommand('ascent.newSession');
    known = names();
  });
  suiteTeardown(async () => {
    await setUserSetting('ascent.approvals', undefined);
    await setUserSetting('ascent.backend.baseUrl', undefined);
    await setUserSetting('ascent.backend.model', undefined);
    await Promise.all(servers.map(server => server.close()));
    await closeAllEditors();
  });

  /** A backend of its own behind a port; with `select` it is the one that the person's settings name. */
  async function backend(options: StandinOptions, { select = true } = {}): Promise<[Standin, string]> {
    const standin = createStandin({ tokensPerSecond: 0, record: true, ...options });
    const server = await serveStandin(standin, 0);
    servers.push(server);
    if (select) {
      await setUserSetting('ascent.backend.model', standin.model);
      await setUserSetting('ascent.backend.baseUrl', server.url);
    }
    return [standin, server.url];
  }

  /** The log of the session begun in this test, read again after each change until it holds what is waited for. */
  function logged(found: (events: readonly SessionEvent[]) => boolean): Promise<readonly SessionEvent[]> {
    return new Promise((resolve, reject) => {
      const look = async () => {
        const id = names().find(name => !known.includes(name));
        if (!id) return;
        const { events } = await openLog(path.join(sessions, id), { write: false });
        if (!found(events)) return;
        watching.close();
        resolve(events);
      };
      // A session whose log is not there yet is looked at again with the next change.
      const lookAgain = () =>
        void look().catch(error => {
          if (error.kind !== 'notFound') reject(error);
        });
      const watching = watch(sessions, { recursive: true }, lookAgain);
      watching.once('error', reject);
      lookAgain();
    });
  }
  const all = <T extends SessionEvent['type']>(events: readonly SessionEvent[], type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const isOver = (events: readonly SessionEvent[]) => all(events, 'turn.ended').length > 0;
  const ended = async () => {
    const events = await logged(isOver);
    return { events, end: all(events, 'turn.ended')[0]! };
  };

  test('begun from the light bulb mends the problem, with what the person had not saved', async () => {
    const [standin, url] = await backend({});
    const { document } = await openFile('src', 'statement.js');
    await typeAtEnd(document, '// not saved yet\n');
    await until(
      vscode.languages.onDidChangeDiagnostics,
      () => vscode.languages.getDiagnostics(document.uri).length > 0,
    );
    const [problem] = vscode.languages.getDiagnostics(document.uri);
    const [fix] = await codeActions(document.uri, problem!.range);
    assert.equal(fix?.title, 'Fix with Ascent');
    await vscode.commands.executeCommand(fix.command!.command, ...fix.command!.arguments!);

    const { events, end } = await ended();
    assert.equal(end.reason, 'done');
    const text = await readText('src', 'statement.js');
    assert.match(text, /\$\{daysLate\} days overdue/);
    assert.match(text, /\/\/ not saved yet\n$/);
    assert.equal(document.isDirty, false);
    const [begun] = all(events, 'session.started');
    assert.equal(begun?.backend.baseUrl, url);
    assert.deepEqual(begun.roots, [workspaceFolder().fsPath]);
    const [asked] = all(events, 'user.message');
    assert.match(asked?.context[0]?.text ?? '', /Cannot find name 'dayLate'/);
    const written = all(events, 'tool.intent').flatMap(({ effects }) => effects);
    assert.deepEqual(
      written.map(effect => effect.kind === 'file' && effect.path),
      [document.uri.fsPath],
    );
    assert.ok(standin.requests.every(({ outcome }) => outcome === 'complete'));
    assert.equal(all(events, 'assistant.message').length, standin.requests.length);
  });

  test('begun from the palette makes the failing tests pass', async () => {
    await backend({});
    await vscode.commands.executeCommand('ascent.fixFailingTests');
    const { events, end } = await ended();
    assert.equal(end.reason, 'done');
    const { stdout } = await promisify(execFile)('node', ['--test'], { cwd: workspaceFolder().fsPath });
    assert.match(stdout, /fail 0/);
    const commands = all(events, 'tool.intent').flatMap(({ effects }) => effects);
    assert.ok(commands.some(({ kind }) => kind === 'command'));
  });

  test('that is stopped ends at once, and its request with it', async () => {
    const [standin] = await backend({ scenario: 'long-run', tokensPerSecond: 50 });
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    await logged(events => all(events, 'tool.result').length > 0);
    await vscode.commands.executeCommand('ascent.stop');
    assert.equal((await ended()).end.reason, 'stopped');
    const sent = standin.requests.length;
    assert.ok(standin.requests.every(({ outcome }) => outcome !== 'pending'));
    // What comes next goes to the same backend: had anything gone on, it would have come before.
    await vscode.commands.executeCommand('ascent.newSession');
    known = names();
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    await logged(events => all(events, 'assistant.message').length > 0);
    await vscode.commands.executeCommand('ascent.stop');
    await ended();
    const [first] = standin.requests.slice(sent);
    assert.ok(first && !first.body.messages.some(({ role }) => role === 'assistant'));
  });

  test('sends a key to the origin it was set for, and to no other', async () => {
    const [mine, url] = await backend({ apiKey: 'sk-mine' });
    await keys.set(url, 'sk-mine');
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    assert.equal((await ended()).end.reason, 'done');
    assert.ok(mine.requests.length > 0);

    await vscode.commands.executeCommand('ascent.newSession');
    known = names();
    const [other, otherUrl] = await backend({});
    assert.equal(await keys.get(otherUrl), undefined);
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    assert.equal((await ended()).end.reason, 'done');
    assert.ok(other.requests.length > 0);
    for (const { headers } of other.requests)
      assert.ok(![...headers.values()].some(value => value.includes('sk-mine')));
    await keys.set(url, undefined);
    assert.equal(await keys.get(url), undefined);
  });

  test('with a wrong key fails with the way out, and does not repeat the key', async () => {
    const [standin, url] = await backend({ apiKey: 'sk-right' });
    await keys.set(url, 'sk-wrong');
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    const { end } = await ended();
    assert.equal(end.reason, 'failed');
    assert.equal(end.failure?.action, 'setKey');
    assert.deepEqual(standin.requests, []);
    assert.ok(!JSON.stringify(end).includes('sk-wrong'));
  });

  test('talks to the backend of the person, whatever the workspace says', async () => {
    const [theirs] = await backend({});
    const [trap, trapUrl] = await backend({}, { select: false });
    await setWorkspaceSettings({ 'ascent.backend.baseUrl': trapUrl, 'ascent.backend.model': trap.model });
    await vscode.commands.executeCommand('ascent.explainWorkspace');
    assert.equal((await ended()).end.reason, 'done');
    assert.ok(theirs.requests.length > 0);
    assert.deepEqual(trap.requests, []);
  });
});
