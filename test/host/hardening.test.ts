import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { findRipgrep } from '../../src/host/ripgrepBinary.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('a command that nobody was asked about', () => {
  it('searches without secrets that are no hidden files; one that was asked about searches all', async () => {
    const directory = temporaryDirectory();
    const root = path.join(directory, 'ws');
    const names = ['a.ts', 'server.pem', 'deploy/ID_RSA', 'credentials.json', 'gcloud/x.db', 'id_rsa.pub.md'];
    for (const name of names) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), 'KEY\n');
    }
    const PATH = `${path.dirname(findRipgrep(undefined, process.env.PATH ?? '', []))}:${process.env.PATH}`;
    const host = createNodeHost({ roots: [root], env: { ...process.env, PATH } });
    const search = async (unasked: boolean) => {
      const outputFile = path.join(directory, 'spool', `out-${unasked}.txt`);
      const spec = { command: 'rg -l --sort path KEY', cwd: root, timeoutMs: 20_000, outputFile, unasked };
      return (await host.run(spec, () => {}, new AbortController().signal)).head.trim().split('\n');
    };
    expect(await search(true)).toEqual(['a.ts']);
    expect(await search(false)).toHaveLength(names.length);
  });
});
