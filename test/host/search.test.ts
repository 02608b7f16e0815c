import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SearchQuery } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const live = new AbortController().signal;

function project(files: Record<string, string | Buffer>) {
  const root = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  const host = createNodeHost({ roots: [root] });
  const relative = (file: string) => path.relative(root, file);
  return {
    root,
    host,
    find: async (globs: string[], max = 100) => {
      const { paths, limited } = await host.find(root, globs, max, live);
      return limited ? [...paths.map(relative), 'limited'] : paths.map(relative);
    },
    search: async (query: Partial<SearchQuery>) => {
      const defaults = {
        pattern: 'x',
        regex: true,
        caseSensitive: true,
        path: root,
        globs: [],
        maxMatches: 50,
      };
      const { matches, limited } = await host.search({ ...defaults, ...query }, live);
      const lines = matches.map(m => `${relative(m.path)}:${m.line}:${m.text}`);
      return limited ? [...lines, 'limited'] : lines;
    },
  };
}

const tree = {
  '.gitignore': 'ignored/\n*.log\n',
  '.git/config': 'x',
  '.github/ci.yml': 'x',
  'ignored/a.ts': 'x',
  'src/a.ts': 'x',
  'src/deep/b.ts': 'x',
  'src/deep/b.test.js': 'x',
  'src/run.log': 'x',
  'größe ☃.txt': 'x',
  '--odd': 'x',
};

describe('find', () => {
  it.each([
    [
      [],
      [
        '--odd',
        '.github/ci.yml',
        '.gitignore',
        'größe ☃.txt',
        'src/a.ts',
        'src/deep/b.test.js',
        'src/deep/b.ts',
      ],
    ],
    [['*.ts'], ['src/a.ts', 'src/deep/b.ts']],
    [['src/*.ts'], ['src/a.ts']],
    [['./src/**/*.{ts,js}'], ['src/a.ts', 'src/deep/b.test.js', 'src/deep/b.ts']],
    [['*.ts', '*.js', '!deep/'], ['src/a.ts']],
    [
      ['*', '!src'],
      ['--odd', '.github/ci.yml', '.gitignore', 'größe ☃.txt'],
    ],
    [['src/deep'], ['src/deep/b.test.js', 'src/deep/b.ts']],
    [['deep/'], ['src/deep/b.test.js', 'src/deep/b.ts']],
    [['**/*.log', 'ignored/**', '.git/**'], []],
    [['src/[ab].ts'], ['src/a.ts']],
    [['\\-\\-odd'], ['--odd']],
    [
      ['--odd', 'gr*.txt', '*.yml'],
      ['--odd', '.github/ci.yml', 'größe ☃.txt'],
    ],
  ])('%j', async (globs, expected) => expect(await project(tree).find(globs)).toEqual(expected));

  it('says when there are more', async () => {
    expect(await project(tree).find(['*.ts'], 1)).toEqual(['src/a.ts', 'limited']);
  });

  it('says when there is no such directory', async () => {
    const { host, root } = project({ file: '' });
    await expect(host.find(path.join(root, 'none'), [], 5, live)).rejects.toMatchObject({ code: 'notFound' });
    await expect(host.find(path.join(root, 'file'), [], 5, live)).rejects.toMatchObject({
      code: 'notADirectory',
    });
  });
});

describe('search', () => {
  it('respects ignore files, and sees hidden ones', async () => {
    expect(await project(tree).search({})).toEqual([
      '--odd:1:x',
      '.github/ci.yml:1:x',
      'größe ☃.txt:1:x',
      'src/a.ts:1:x',
      'src/deep/b.test.js:1:x',
      'src/deep/b.ts:1:x',
    ]);
  });

  it('narrows by globs, by directory and to a file', async () => {
    const { search, root } = project(tree);
    expect(await search({ globs: ['*.ts', '!deep'] })).toEqual(['src/a.ts:1:x']);
    expect(await search({ globs: ['deep/**'], path: path.join(root, 'src') })).toEqual([
      'src/deep/b.test.js:1:x',
      'src/deep/b.ts:1:x',
    ]);
    expect(await search({ path: path.join(root, '--odd') })).toEqual(['--odd:1:x']);
    expect(await search({ path: path.join(root, 'ignored', 'a.ts') })).toEqual(['ignored/a.ts:1:x']);
  });

  it('takes patterns as regular expressions or as they are', async () => {
    const { search } = project({ a: 'f(x)\nF(y)\n-e\n' });
    expect(await search({ pattern: 'f\\(.' })).toEqual(['a:1:f(x)']);
    expect(await search({ pattern: 'f(', regex: false, caseSensitive: false })).toEqual([
      'a:1:f(x)',
      'a:2:F(y)',
    ]);
    expect(await search({ pattern: '-e' })).toEqual(['a:3:-e']);
    await expect(search({ pattern: 'f(' })).rejects.toMatchObject({
      code: 'badPattern',
      message: expect.stringContaining('unclosed group'),
    });
  });

  it('shows the part of a long line that matches', async () => {
    const { search } = project({ min: `${'ü'.repeat(5_000)}needle${'z'.repeat(5_000)}` });
    const [line] = await search({ pattern: 'needle' });
    expect(line).toMatch(/^min:1:…ü{100}needlez+…$/);
    expect(line!.length).toBeLessThan(420);
  });

  it('reads Windows line ends, other encodings, and passes over binary files', async () => {
    const { search } = project({
      crlf: 'x\r\n',
      latin: Buffer.from('x \xfc', 'latin1'),
      wide: Buffer.from('\ufeffx 漢', 'utf16le'),
      binary: Buffer.from([0, 120, 10]),
    });
    expect(await search({})).toEqual(['crlf:1:x', 'latin:1:x ü', 'wide:1:x 漢']);
  });

  it('stops at its limit', async () => {
    const { search } = project({ a: 'x\n'.repeat(200_000) });
    const lines = await search({ maxMatches: 3 });
    expect(lines).toEqual(['a:1:x', 'a:2:x', 'a:3:x', 'limited']);
  });

  it('stops when it is told to', async () => {
    const { host, root } = project({ a: 'x' });
    const stop = new AbortController();
    const query = { pattern: 'x', regex: true, caseSensitive: true, path: root, globs: [], maxMatches: 5 };
    const searching = host.search(query, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(searching).rejects.toThrow('stopped');
  });
});

describe('ripgrep', () => {
  it('is never taken from the workspace', async () => {
    const root = temporaryDirectory();
    mkdirSync(path.join(root, 'bin'));
    writeFileSync(path.join(root, 'bin', 'rg'), '#!/bin/sh\necho hijacked > hijacked\n', { mode: 0o755 });
    const env = { PATH: [path.join(root, 'bin'), '.', process.env.PATH].join(path.delimiter) };
    const host = createNodeHost({ roots: [root], env });
    expect((await host.find(root, [], 10, live)).paths).toEqual([path.join(root, 'bin', 'rg')]);
  });
});
