/** Files as the agent reads and writes them while people have them open: real editors, a real disk. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { findRipgrep, ripgrepPlaces } from '../../src/extension/editor/ripgrep.ts';
import { createVscodeHost } from '../../src/extension/editor/vscodeHost.ts';
import type { Host } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { closeAllEditors, setUserSetting, typeAtEnd, until, workspaceFolder, writeFile } from './support.ts';

const roots = () => [workspaceFolder().fsPath];
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

/** Bytes of every kind that must survive, and the encoding under which the editor shows them. */
const kinds: { name: string; make: (text: string) => Buffer; encoding: string }[] = [
  { name: 'UTF-8', make: text => Buffer.from(text), encoding: 'utf8' },
  { name: 'UTF-8 with a BOM', make: text => Buffer.from(`\ufeff${text}`), encoding: 'utf8bom' },
  { name: 'UTF-16 LE', make: utf16, encoding: 'utf16le' },
  { name: 'UTF-16 BE', make: text => utf16(text).swap16(), encoding: 'utf16be' },
];

suite('files', () => {
  let plain: Host;
  let host: Host;
  let count = 0;
  const freshName = () => `scratch/file-${++count}.txt`;
  const open = async (uri: vscode.Uri) => (await vscode.window.showTextDocument(uri)).document;
  const changed = { name: 'HostError', code: 'changed' };

  suiteSetup(() => {
    plain = createNodeHost({ roots: roots() });
    host = createVscodeHost(plain);
  });
  teardown(async () => {
    for (const document of vscode.workspace.textDocuments) if (document.isDirty) await document.save();
    await closeAllEditors();
  });

  for (const { name, make, encoding } of kinds) {
    test(`${name}: an unsaved editor is what is read, with the hash of what saving writes`, async () => {
      const uri = await writeFile(freshName(), make('Käse\r\nBrot\r\n'));
      const document = await open(uri);
      assert.equal(document.encoding, encoding);
      await typeAtEnd(document, 'Öl');
      const read = await host.read(uri.fsPath);
      assert.equal(read.text, 'Käse\r\nBrot\r\nÖl');
      assert.equal(read.unsaved, true);
      assert.ok(await document.save());
      assert.equal(read.hash, sha(await readFile(uri.fsPath)));
      assert.deepEqual(await readFile(uri.fsPath), make('Käse\r\nBrot\r\nÖl'));
      assert.deepEqual(await host.read(uri.fsPath), { ...read, unsaved: false });
    });

    test(`${name}: a write keeps line ends and encoding, whether the file is open or not`, async () => {
      for (const isOpen of [false, true]) {
        const uri = await writeFile(freshName(), make('eins\r\nzwei\r\n'));
        if (isOpen) await typeAtEnd(await open(uri), 'drei');
        const { text, hash, format } = await host.read(uri.fsPath);
        const after = await host.write(uri.fsPath, text.replace('zwei', 'zwölf'), hash, format);
        const expected = make(`eins\r\nzwölf\r\n${isOpen ? 'drei' : ''}`);
        assert.deepEqual(await readFile(uri.fsPath), expected);
        assert.equal(after, sha(expected));
      }
    });
  }

  suite('in an editor with unsaved changes', () => {
    test('are written through it: saved, and one undo brings back what the person had', async () => {
      const uri = await writeFile(freshName(), 'one\ntwo\n');
      const document = await open(uri);
      await typeAtEnd(document, 'mine');
      const { hash } = await host.read(uri.fsPath);
      await host.write(uri.fsPath, 'one\n2\nmine', hash);
      assert.equal(document.getText(), 'one\n2\nmine');
      assert.equal(document.isDirty, false);
      assert.equal(await readFile(uri.fsPath, 'utf8'), 'one\n2\nmine');
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), 'one\ntwo\nmine');
    });

    test('are not written when the person typed on, and nothing changes', async () => {
      const uri = await writeFile(freshName(), 'one\n');
      const document = await open(uri);
      await typeAtEnd(document, 'two');
      const { hash } = await host.read(uri.fsPath);
      await typeAtEnd(document, ' three');
      await assert.rejects(host.write(uri.fsPath, 'other', hash), changed);
      await assert.rejects(host.write(uri.fsPath, 'other', null), changed);
      assert.equal(document.getText(), 'one\ntwo three');
      assert.equal(document.isDirty, true);
      assert.equal(await readFile(uri.fsPath, 'utf8'), 'one\n');
    });

    test('take new line ends when the new text has them', async () => {
      const uri = await writeFile(freshName(), 'one\r\ntwo\r\n');
      await typeAtEnd(await open(uri), 'three');
      const { hash } = await host.read(uri.fsPath);
      await host.write(uri.fsPath, 'one\n2\nthree\n', hash);
      assert.equal(await readFile(uri.fsPath, 'utf8'), 'one\n2\nthree\n');
    });

    test('give the hash of what formatting on save made of them', async () => {
      const formatter = vscode.languages.registerDocumentFormattingEditProvider('plaintext', {
        provideDocumentFormattingEdits: document => [
          vscode.TextEdit.insert(document.lineAt(document.lineCount - 1).range.end, '// formatted'),
        ],
      });
      await setUserSetting('editor.formatOnSave', true);
      try {
        const uri = await writeFile(freshName(), 'one\n');
        await typeAtEnd(await open(uri), 'two\n');
        const { hash } = await host.read(uri.fsPath);
        const after = await host.write(uri.fsPath, 'one\n2\n', hash);
        assert.equal(await readFile(uri.fsPath, 'utf8'), 'one\n2\n// formatted');
        assert.equal(after, sha(await readFile(uri.fsPath)));
      } finally {
        await setUserSetting('editor.formatOnSave', undefined);
        formatter.dispose();
      }
    });

    test('that are too large are refused', async () => {
      const uri = await writeFile(freshName(), '');
      await typeAtEnd(await open(uri), 'x'.repeat(100));
      await assert.rejects(host.read(uri.fsPath, { maxBytes: 99 }), { code: 'tooLarge' });
    });

    test('that changed on the disk as well are overwritten neither here nor there', async () => {
      const name = freshName();
      const uri = await writeFile(name, 'one\n');
      const document = await open(uri);
      await typeAtEnd(document, 'mine');
      const { hash } = await host.read(uri.fsPath);
      await writeFile(name, 'from another program\n');
      await assert.rejects(host.write(uri.fsPath, 'of the agent', hash), changed);
      assert.equal(document.getText(), 'one\nmine');
      assert.equal(await readFile(uri.fsPath, 'utf8'), 'from another program\n');
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });
  });

  suite('without unsaved changes', () => {
    test('are written on the disk, and an open editor follows', async () => {
      const uri = await writeFile(freshName(), 'old\n');
      const document = await open(uri);
      const { hash } = await host.read(uri.fsPath);
      await host.write(uri.fsPath, 'new\n', hash);
      await until(vscode.workspace.onDidChangeTextDocument, () => document.getText() === 'new\n');
      assert.equal(document.isDirty, false);
    });

    test('are not written when they changed since, and are not made twice', async () => {
      const name = freshName();
      const uri = await writeFile(name, 'old\n');
      const { hash } = await host.read(uri.fsPath);
      await writeFile(name, 'newer\n');
      await assert.rejects(host.write(uri.fsPath, 'mine\n', hash), changed);
      await assert.rejects(host.write(uri.fsPath, 'mine\n', null), changed);
      assert.equal(await readFile(uri.fsPath, 'utf8'), 'newer\n');
    });

    test('are made with their folders', async () => {
      const file = path.join(workspaceFolder().fsPath, 'scratch', 'new folder', 'new.txt');
      const hash = await host.write(file, 'new\n', null);
      assert.deepEqual(await host.read(file), await plain.read(file));
      assert.equal((await host.read(file)).hash, hash);
    });
  });

  suite('in an encoding that the settings name', () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const setEncoding = (value: string | undefined) =>
      vscode.workspace
        .getConfiguration('files')
        .update('encoding', value, vscode.ConfigurationTarget.Workspace);
    suiteTeardown(() => setEncoding(undefined));

    /** The second one's bytes are UTF-8 as well, and the third's ASCII: only the setting tells what they are. */
    for (const text of ['Käse', 'Ã©', 'plain']) {
      for (const state of ['closed', 'open', 'unsaved'] as const) {
        test(`${state}: “${text}” in Latin-1 is read and written as such`, async () => {
          await setEncoding('iso88591');
          const uri = await writeFile(freshName(), latin1(`${text}\n`));
          if (state !== 'closed') assert.equal((await open(uri)).encoding, 'iso88591');
          if (state === 'unsaved') await typeAtEnd(vscode.window.activeTextEditor!.document, 'x');
          const read = await host.read(uri.fsPath);
          assert.equal(read.text, state === 'unsaved' ? `${text}\nx` : `${text}\n`);
          const after = await host.write(uri.fsPath, `${text} é\n`, read.hash, read.format);
          assert.deepEqual(await readFile(uri.fsPath), latin1(`${text} é\n`));
          assert.equal(after, sha(latin1(`${text} é\n`)));
        });
      }
    }

    test('of another alphabet are read and written by the editor, closed or not', async () => {
      await setEncoding('windows1251');
      const uri = await writeFile(freshName(), Buffer.from([0xcc, 0xe8, 0xf0, 0x0a]));
      const { text, hash, format } = await host.read(uri.fsPath);
      assert.equal(text, 'Мир\n');
      assert.equal(hash, sha(await readFile(uri.fsPath)));
      await host.write(uri.fsPath, 'Рим\n', hash, format);
      assert.deepEqual(await readFile(uri.fsPath), Buffer.from([0xd0, 0xe8, 0xec, 0x0a]));
    });

    test('refuse characters that it lacks, rather than write question marks', async () => {
      for (const encoding of ['iso88591', 'windows1251']) {
        await setEncoding(encoding);
        for (const unsaved of [false, true]) {
          const uri = await writeFile(freshName(), 'plain\n');
          if (unsaved) await typeAtEnd(await open(uri), 'x');
          const { hash, format } = await host.read(uri.fsPath);
          await assert.rejects(host.write(uri.fsPath, '漢字\n', hash, format), { code: 'failed' });
          assert.equal(await readFile(uri.fsPath, 'utf8'), 'plain\n');
        }
      }
    });

    test('get it when they are made', async () => {
      for (const [encoding, bytes] of [
        ['iso88591', latin1('Öl\n')],
        ['utf8bom', Buffer.from('\ufeffÖl\n')],
        ['windows1251', Buffer.from([0xcc, 0xe8, 0xf0, 0x0a])],
      ] as const) {
        await setEncoding(encoding);
        const file = path.join(workspaceFolder().fsPath, freshName());
        const hash = await host.write(file, encoding === 'windows1251' ? 'Мир\n' : 'Öl\n', null);
        assert.deepEqual(await readFile(file), bytes);
        assert.equal(hash, sha(bytes));
      }
    });

    test('keep a BOM that says otherwise', async () => {
      await setEncoding('iso88591');
      const uri = await writeFile(freshName(), utf16('Käse\n'));
      const { text, hash, format } = await host.read(uri.fsPath);
      assert.equal(text, 'Käse\n');
      await host.write(uri.fsPath, 'Öl\n', hash, format);
      assert.deepEqual(await readFile(uri.fsPath), utf16('Öl\n'));
    });
  });

  suite('are searched', () => {
    const signal = new AbortController().signal;
    /** No PATH: VS Code's own ripgrep is the only one there is. */
    const searching = async () => {
      const exists = (file: string) =>
        readFile(file).then(
          () => true,
          () => false,
        );
      const places = ripgrepPlaces(vscode.env.appRoot, process.platform, process.arch);
      const ripgrep = await findRipgrep(places, exists);
      assert.ok(ripgrep?.startsWith(vscode.env.appRoot), 'VS Code has no ripgrep where it is looked for');
      return createVscodeHost(createNodeHost({ roots: roots(), ripgrep, env: {} }));
    };

    test("for text, by VS Code's own ripgrep", async () => {
      const { matches, limited } = await (await searching()).search(
        {
          pattern: 'export function split(',
          regex: false,
          caseSensitive: true,
          path: workspaceFolder().fsPath,
          globs: ['*.js'],
          maxMatches: 10,
        },
        signal,
      );
      assert.equal(limited, false);
      assert.deepEqual(
        matches.map(match => path.relative(workspaceFolder().fsPath, match.path)),
        [path.join('src', 'money.js')],
      );
    });

    test("for names, by VS Code's own ripgrep", async () => {
      const root = workspaceFolder().fsPath;
      const { paths } = await (await searching()).find(root, ['test/*.test.js'], 10, signal);
      assert.deepEqual(
        paths.map(file => path.basename(file)),
        ['invoice.test.js', 'money.test.js', 'statement.test.js'],
      );
    });
  });
});
