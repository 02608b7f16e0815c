/** What variables of ours could make of a command that was judged: other code, other words. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codePath, commandEnvironment } from '../../src/host/command/commandEnvironment.ts';
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

describe('the character set of commands', () => {
  it('is UTF-8 or none: in others a letter can take the backslash behind it, and a line ends where it did not', () => {
    const setOf = (env: Record<string, string>) => {
      const { LC_ALL, LC_CTYPE, LANG } = commandEnvironment(env);
      return LC_ALL ?? LC_CTYPE ?? LANG;
    };
    for (const locale of [
      'zh_CN.GBK',
      'zh_CN.GB18030',
      'zh_TW',
      'zh_TW.Big5',
      'ja_JP.SJIS',
      'fr_FR.ISO-8859-1',
    ])
      for (const name of ['LC_ALL', 'LC_CTYPE', 'LANG'])
        expect(setOf({ [name]: locale }), `${name}=${locale}`).toBe('C.UTF-8');
    expect(setOf({ LC_ALL: 'zh_CN.GBK', LANG: 'de_DE.UTF-8' })).toBe('C.UTF-8');
    for (const locale of ['de_DE.UTF-8', 'en_US.utf8', 'C', 'POSIX'])
      expect(setOf({ LANG: locale })).toBe(locale);
    expect(setOf({})).toBeUndefined();
  });
});
