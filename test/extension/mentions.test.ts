import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findMentions } from '../../src/extension/chat/mentions.ts';
import { locate } from '../../src/extension/chat/paths.ts';
import type { Host } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';

let host: Host;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ascent-mentions-'));
  const files = [
    'README.md',
    'src/main.ts',
    'src/chat/Main.test.ts',
    'lib/domain.ts',
    'a[1].txt',
    'out/main.js',
  ];
  for (const file of [...files, '.gitignore']) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), file === '.gitignore' ? 'out/\n' : '');
  }
  await mkdir(path.join(root, '.git'));
  host = createNodeHost({ roots: [root] });
});
const find = (query: string) => findMentions(host, query, new AbortController().signal);

describe('the files after an @', () => {
  it('are those with the letters in their name, in any case, the likeliest first, ignored ones left out', async () => {
    expect(await find('main')).toEqual(['src/main.ts', 'src/chat/Main.test.ts', 'lib/domain.ts']);
  });
  it('can be narrowed by folder', async () => {
    expect(await find('sr/main')).toEqual(['src/main.ts', 'src/chat/Main.test.ts']);
  });
  it('are all when nothing was typed yet', async () => {
    expect(await find('')).toContain('README.md');
  });
  it.each(['[', '{', '*', '!', '\\', 'a[1]'])('%s is a letter like any other', async query => {
    const found = await find(query);
    if (query.includes('[')) expect(found).toContain('a[1].txt');
    for (const file of found) expect(file.startsWith('/')).toBe(false);
  });
});

describe('a path from the view', () => {
  it('is found in its root', async () => {
    expect(await locate(host, ['/nowhere', root], 'src/main.ts')).toBe(path.join(root, 'src/main.ts'));
  });
  it.each(['\\\\server\\share\\x', '//server/share/x', 'a\0b'])('%j is not touched', async given => {
    expect(await locate(host, [root], given)).toBeUndefined();
  });
});
