/** No file of the workspace becomes a part of a program that looks, because a variable says `here`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codePath } from '../../src/host/command/commandEnvironment.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('where commands get their code from', () => {
  it.skipIf(process.platform !== 'linux')('is never the directory that they run in', async () => {
    const directory = temporaryDirectory();
    const root = path.join(directory, 'ws');
    mkdirSync(root);
    writeFileSync(path.join(root, 'libc.so.6'), 'not a library');
    for (const [i, LD_LIBRARY_PATH] of ['/opt/lib:', ':/opt/lib', '.', '/opt/lib;lib'].entries()) {
      const host = createNodeHost({ roots: [root], env: { ...process.env, LD_LIBRARY_PATH } });
      const outputFile = path.join(directory, 'spool', `out-${i}.txt`);
      const spec = { command: 'ls', cwd: root, timeoutMs: 20_000, outputFile, unasked: true };
      const { head, exitCode } = await host.run(spec, () => {}, new AbortController().signal);
      expect({ head, exitCode }, LD_LIBRARY_PATH).toEqual({ head: 'libc.so.6\n', exitCode: 0 });
    }
  });

  it('is known to who judges commands: programs first, then whole paths of libraries', () => {
    expect(codePath({ PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: '/ws/lib:' })).toBe('/usr/bin:/bin:/ws/lib');
    expect(codePath({ PATH: '/usr/bin:' })).toBe('/usr/bin:');
    expect(codePath({})).toBe('');
  });
});
