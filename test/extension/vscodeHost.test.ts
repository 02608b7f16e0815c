import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import * as vscode from './vscodeFake.ts';

vi.mock('vscode', () => import('./vscodeFake.ts'));
const { createVscodeHost } = await import('../../src/extension/editor/vscodeHost.ts');

let host: Host;
let file: string;
beforeEach(() => {
  const root = mkdtempSync(path.join(tmpdir(), 'ascent-editor-'));
  file = path.join(root, 'a.txt');
  vscode.workspace.textDocuments = [];
  vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(root) }];
  vscode.workspace.beforeEdit = () => {};
  host = createVscodeHost(createNodeHost({ roots: [root] }));
});

function edited(onDisk: string | Buffer, inEditor: string, options?: { encoding?: string; dirty?: boolean }) {
  writeFileSync(file, onDisk);
  const document = new vscode.FakeDocument(file, inEditor, options);
  vscode.workspace.textDocuments = [document];
  return document;
}
const onDisk = () => readFileSync(file, 'utf8');
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a file with unsaved changes', () => {
  it('is read as the editor has it, with the hash of what saving would write', async () => {
    const document = edited('\ufeffold\r\n', 'new\r\n', { encoding: 'utf8bom' });
    const read = await host.read(file);
    expect(read).toMatchObject({ text: 'new\r\n', unsaved: true, format: { charset: 'utf8', bom: true } });
    await document.save();
    expect(read.hash).toBe(sha(readFileSync(file)));
    vscode.workspace.textDocuments = [];
    expect((await host.read(file)).hash).toBe(read.hash);
  });
  it('is written through the editor and saved, line ends and encoding kept', async () => {
    edited(Buffer.from('\ufeffold\r\n', 'utf16le'), 'one\r\ntwo\r\n', { encoding: 'utf16le' });
    const { hash } = await host.read(file);
    const after = await host.write(file, 'one\r\n2\r\n', hash);
    expect(readFileSync(file)).toEqual(Buffer.from('\ufeffone\r\n2\r\n', 'utf16le'));
    expect(after).toBe(sha(readFileSync(file)));
  });
  it('takes new line ends when the new text has them', async () => {
    edited('one\r\ntwo\r\n', 'one\r\ntwo!\r\n');
    await host.write(file, 'one\ntwo!\nthree\n', (await host.read(file)).hash);
    expect(onDisk()).toBe('one\ntwo!\nthree\n');
  });
  it('gives the hash of what formatting on save made of it', async () => {
    const document = edited('old', 'new');
    document.onSave = text => `${text}\n`;
    const after = await host.write(file, 'newer', (await host.read(file)).hash);
    expect(onDisk()).toBe('newer\n');
    expect(after).toBe((await host.read(file)).hash);
  });
  it('is not written when the person typed since it was read', async () => {
    const document = edited('old', 'new');
    const { hash } = await host.read(file);
    document.type('newer');
    await expect(host.write(file, 'mine', hash)).rejects.toMatchObject({ code: 'changed' });
    await expect(host.write(file, 'mine', null)).rejects.toMatchObject({ code: 'changed' });
    expect(document.getText()).toBe('newer');
    expect(onDisk()).toBe('old');
  });
  it('that changed on disk as well is overwritten neither there nor in the editor', async () => {
    const document = edited('old', 'new');
    const { hash } = await host.read(file);
    writeFileSync(file, 'from elsewhere');
    await expect(host.write(file, 'mine', hash)).rejects.toMatchObject({ code: 'changed' });
    expect(onDisk()).toBe('from elsewhere');
    expect(document.getText()).toBe('new');
  });
  it('too large is refused', async () => {
    edited('', 'x'.repeat(100));
    await expect(host.read(file, { maxBytes: 99 })).rejects.toMatchObject({ code: 'tooLarge' });
  });
});

it('a file without unsaved changes is read from and written to disk', async () => {
  const document = edited('disk', 'stale copy of the editor', { dirty: false });
  const { text, hash, unsaved } = await host.read(file);
  expect({ text, unsaved }).toEqual({ text: 'disk', unsaved: false });
  await host.write(file, 'new', hash);
  expect(onDisk()).toBe('new');
  expect(document.version).toBe(1);
});

it('an encoding that only the editor knows goes through the editor, unsaved or not', async () => {
  edited(vscode.turnedOver('old'), 'old', { encoding: 'rot', dirty: false });
  const { text, hash } = await host.read(file);
  expect(text).toBe('old');
  await host.write(file, 'new', hash);
  expect(readFileSync(file)).toEqual(vscode.turnedOver('new'));
});

it('the roots follow the workspace', () => {
  vscode.workspace.workspaceFolders.push({ uri: vscode.Uri.file('/second') });
  vscode.workspace.workspaceFolders.push({ uri: { scheme: 'vscode-vfs', fsPath: '/virtual' } });
  expect(host.roots).toHaveLength(2);
  expect(host.roots[1]).toBe('/second');
});
