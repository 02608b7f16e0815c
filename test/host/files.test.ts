import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { hashOf } from '../../src/host/textFormat.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

function setUp() {
  const root = temporaryDirectory();
  const at = (...parts: string[]) => path.join(root, ...parts);
  return { root, at, host: createNodeHost({ roots: [root] }) };
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    error => (error instanceof HostError ? error.code : `not a HostError: ${error}`),
  );

describe('read', () => {
  it.each([
    ['UTF-8', Buffer.from('grüße 漢字\n'), 'grüße 漢字\n', { charset: 'utf8', bom: false }],
    ['UTF-8 with a mark', Buffer.from('\ufeffa\r\n'), 'a\r\n', { charset: 'utf8', bom: true }],
    ['UTF-16 LE', Buffer.from('\ufeffa漢', 'utf16le'), 'a漢', { charset: 'utf16le', bom: true }],
    ['UTF-16 BE', Buffer.from('\ufeffa漢', 'utf16le').swap16(), 'a漢', { charset: 'utf16be', bom: true }],
    ['Latin-1', Buffer.from('gr\xfc\xdfe', 'latin1'), 'grüße', { charset: 'latin1', bom: false }],
    ['nothing', Buffer.alloc(0), '', { charset: 'utf8', bom: false }],
  ] as const)('%s, and writing it back gives the same bytes', async (_what, bytes, text, format) => {
    const { host, at } = setUp();
    writeFileSync(at('file'), bytes);
    const read = await host.read(at('file'));
    expect(read).toEqual({ path: at('file'), text, format, hash: hashOf(bytes), unsaved: false });
    expect(await host.write(at('file'), read.text, read.hash, read.format)).toBe(read.hash);
    expect(readFileSync(at('file'))).toEqual(bytes);
  });

  it('refuses what is no text file, each with its reason', async () => {
    const { host, at } = setUp();
    writeFileSync(at('image'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]));
    writeFileSync(at('packed'), Buffer.from(Array.from({ length: 500 }, (_, i) => (i % 255) + 1)));
    writeFileSync(at('large'), 'x'.repeat(101));
    symlinkSync(at('large'), at('link'));
    expect(await code(host.read(at('image')))).toBe('binary');
    expect(await code(host.read(at('packed')))).toBe('binary');
    expect(await code(host.read(at('large'), { maxBytes: 100 }))).toBe('tooLarge');
    expect(await code(host.read(at('link')))).toBe('notAFile');
    expect(await code(host.read(at()))).toBe('notAFile');
    expect(await code(host.read(at('none')))).toBe('notFound');
    expect(await code(host.read(at('large', 'below')))).toBe('notADirectory');
  });

  it.skipIf(process.platform === 'win32')('does not wait for a FIFO', async () => {
    const { host, at } = setUp();
    execFileSync('mkfifo', [at('pipe')]);
    expect(await code(host.read(at('pipe')))).toBe('notAFile');
    expect(await host.stat(at('pipe'))).toMatchObject({ kind: 'special' });
  });

  it.skipIf(process.platform !== 'linux')('reads files whose size the system does not tell', async () => {
    const { host } = setUp();
    expect((await host.read(`/proc/${process.pid}/status`)).text).toContain('Pid:');
    expect(await code(host.read(`/proc/${process.pid}/status`, { maxBytes: 10 }))).toBe('tooLarge');
  });
});

describe('write', () => {
  it('makes parent directories, under names in any script', async () => {
    const { host, at } = setUp();
    const file = at('新しい', 'größe ☃.txt');
    expect(await host.write(file, 'x', null)).toBe(hashOf(Buffer.from('x')));
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it.skipIf(process.platform === 'win32')('keeps the mode', async () => {
    const { host, at } = setUp();
    writeFileSync(at('run.sh'), 'a');
    chmodSync(at('run.sh'), 0o751);
    await host.write(at('run.sh'), 'b', hashOf(Buffer.from('a')));
    expect(statSync(at('run.sh')).mode & 0o7777).toBe(0o751);
  });

  it('writes nothing over what it did not expect', async () => {
    const { host, at } = setUp();
    writeFileSync(at('a'), 'theirs');
    expect(await code(host.write(at('a'), 'mine', hashOf(Buffer.from('before'))))).toBe('changed');
    expect(await code(host.write(at('a'), 'mine', null))).toBe('changed');
    expect(await code(host.write(at('gone'), 'mine', hashOf(Buffer.from('before'))))).toBe('changed');
    expect(readFileSync(at('a'), 'utf8')).toBe('theirs');
    expect(readdirSync(at())).toEqual(['a']);
  });

  it('lets exactly one of several writers win', async () => {
    const { host, at } = setUp();
    writeFileSync(at('a'), 'before');
    const before = hashOf(Buffer.from('before'));
    const created = await Promise.all([1, 2, 3, 4].map(n => code(host.write(at('new'), `${n}`, null))));
    expect(created.sort()).toEqual(['changed', 'changed', 'changed', 'no error']);
    await host.write(at('a'), 'first', before);
    expect(await code(host.write(at('a'), 'second', before))).toBe('changed');
    expect(readFileSync(at('a'), 'utf8')).toBe('first');
    expect(readdirSync(at()).sort()).toEqual(['a', 'new']);
  });

  it('never replaces a link or a directory', async () => {
    const { host, at } = setUp();
    writeFileSync(at('target'), 'x');
    symlinkSync(at('target'), at('link'));
    symlinkSync(at('nowhere'), at('dangling'));
    mkdirSync(at('directory'));
    expect(await code(host.write(at('link'), 'y', hashOf(Buffer.from('x'))))).toBe('notAFile');
    expect(await code(host.write(at('dangling'), 'y', null))).toBe('notAFile');
    expect(await code(host.write(at('directory'), 'y', null))).toBe('notAFile');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('target'), 'utf8')).toBe('x');
  });

  it('says which character the encoding lacks', async () => {
    const { host, at } = setUp();
    await expect(host.write(at('a'), 'a漢', null, { charset: 'latin1', bom: false })).rejects.toThrow(
      'no character "漢"',
    );
    expect(readdirSync(at())).toEqual([]);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'respects write protection',
    async () => {
      const { host, at } = setUp();
      writeFileSync(at('a'), 'x', { mode: 0o444 });
      expect(await code(host.write(at('a'), 'y', hashOf(Buffer.from('x'))))).toBe('denied');
    },
  );
});

describe('stat, resolve and list', () => {
  it('tells files, directories, links and nothing apart', async () => {
    const { host, at } = setUp();
    writeFileSync(at('a'), 'four');
    symlinkSync(at('a'), at('link'));
    expect(await host.stat(at('a'))).toMatchObject({ kind: 'file', size: 4 });
    expect(await host.stat(at())).toMatchObject({ kind: 'directory' });
    expect(await host.stat(at('link'))).toMatchObject({ kind: 'link' });
    expect(await host.stat(at('a', 'b'))).toBeUndefined();
  });

  it('follows links, also through parents and to what does not exist yet', async () => {
    const { host, at } = setUp();
    mkdirSync(at('real'));
    symlinkSync(at('real'), at('linked'));
    symlinkSync('real/later/file', at('dangling'));
    symlinkSync(at('loop2'), at('loop1'));
    symlinkSync(at('loop1'), at('loop2'));
    expect(await host.resolve(at('linked', 'new', 'file'))).toBe(at('real', 'new', 'file'));
    expect(await host.resolve(at('dangling'))).toBe(at('real', 'later', 'file'));
    expect(await host.resolve(at('none', '..', 'linked'))).toBe(at('real'));
    await expect(host.resolve(at('loop1', 'x'))).rejects.toThrow(HostError);
  });

  it('lists names, sorted, directories with a slash', async () => {
    const { host, at } = setUp();
    writeFileSync(at('b'), '');
    mkdirSync(at('a'));
    writeFileSync(at('.hidden'), '');
    expect(await host.list(at())).toEqual(['.hidden', 'a/', 'b']);
    expect(await code(host.list(at('b')))).toBe('notADirectory');
  });
});
