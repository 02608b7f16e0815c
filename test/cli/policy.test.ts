import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPolicyLines } from '../../src/cli/policy.ts';
import { parser } from '../safety/world.ts';

const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-policy-')));
const ws = path.join(base, 'ws');
mkdirSync(path.join(ws, 'src'), { recursive: true });
writeFileSync(path.join(ws, 'src/a.ts'), 'a');
symlinkSync(base, path.join(ws, 'up'));
afterAll(() => rmSync(base, { recursive: true }));

/** The real path through the longest parent that exists. */
async function resolve(p: string): Promise<string> {
  try {
    return await realpath(p);
  } catch {
    return path.join(await resolve(path.dirname(p)), path.basename(p));
  }
}
const lines = createPolicyLines({
  platform: process.platform,
  home: base,
  parser,
  resolve,
  list: async p =>
    (await readdir(p, { withFileTypes: true })).map(e => (e.isDirectory() ? `${e.name}/` : e.name)),
});
const ask = async (input: unknown) =>
  JSON.parse(await lines(typeof input === 'string' ? input : JSON.stringify(input)));

describe.skipIf(process.platform === 'win32')('commands', () => {
  const command = (line: string, more = {}) =>
    ask({ kind: 'command', command: line, workspace: ws, ...more });

  it('are answered with a verdict and its reasons', async () => {
    expect(await command('grep -rn a src')).toEqual({ verdict: 'allow', reasons: [] });
    expect(await command('rm -rf src')).toEqual({
      verdict: 'ask',
      reasons: ['`rm` is not known to only read.'],
    });
    expect(await command('cat up/x')).toMatchObject({ verdict: 'ask' });
  });
  it('that are allowed by name run until the agent changes what they run', async () => {
    expect(await command('npm test', { allow: ['npm test'] })).toMatchObject({ verdict: 'allow' });
    expect(await command('npm test', { allow: ['npm test'], editedByAgent: ['package.json'] })).toMatchObject(
      {
        verdict: 'ask',
      },
    );
  });
  it('never run in an untrusted workspace', async () => {
    expect(await command('ls', { trusted: false })).toMatchObject({ verdict: 'deny' });
  });
});

describe('paths', () => {
  it.skipIf(process.platform === 'win32')('of this machine are followed through its links', async () => {
    const read = (p: string) => ask({ kind: 'path', path: p, op: 'read', roots: [ws], cwd: ws });
    expect(await read('src/a.ts')).toEqual({
      verdict: 'allow',
      resolved: path.join(ws, 'src/a.ts'),
      reasons: [],
    });
    expect(await read('up/x')).toMatchObject({ verdict: 'ask', resolved: path.join(base, 'x') });
    expect(await read('up/../x')).toMatchObject({ verdict: 'ask', resolved: path.join(base, '../x') });
  });
  it('of another platform are judged as text', async () => {
    const read = (p: string) =>
      ask({ kind: 'path', path: p, op: 'write', roots: ['C:\\ws'], platform: 'win32', mode: 'edits' });
    expect(await read('C:\\WS\\a.ts')).toMatchObject({ verdict: 'allow' });
    expect(await read('C:\\ws\\.git\\hooks\\x')).toMatchObject({ verdict: 'ask' });
    expect(await read('C:\\ws\\a.txt:b')).toMatchObject({ verdict: 'deny' });
  });
});

it.each([
  '',
  'no',
  '[]',
  '{}',
  '{"kind":"path"}',
  '{"kind":"command","command":1,"workspace":"/"}',
  '{"kind":"x"}',
  '{"kind":"command","command":"ls","workspace":"/","allowed":["ls"]}',
])('an invalid line gets an error: %j', async line => {
  expect(await ask(line)).toEqual({ error: expect.stringMatching(/\S/) });
});
