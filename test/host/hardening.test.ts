import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { findRipgrep } from '../../src/host/ripgrepBinary.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { box, noSandbox } from './sandbox/box.ts';

const why = await noSandbox();

describe('git in any command', () => {
  it('starts no program that a repository names for looking, nor takes files for a repository', async () => {
    const directory = temporaryDirectory();
    const root = path.join(directory, 'ws');
    mkdirSync(root);
    const host = createNodeHost({ roots: [root] });
    let count = 0;
    const run = async (command: string) => {
      const outputFile = path.join(directory, 'spool', `out-${++count}.txt`);
      const { head, exitCode } = await host.run(
        { command, cwd: root, timeoutMs: 20_000, outputFile },
        () => {},
        new AbortController().signal,
      );
      return `${head}[${exitCode}]`;
    };
    const evil = `echo ran >> ${directory}/ran; true`;
    await run(
      [
        ...['git init -q .', 'git config user.name a', 'git config user.email a@b.example'],
        ...['echo a > a', 'git add a', 'git commit -qm a', 'echo b > a'],
        ...[
          `git config core.fsmonitor '${evil} #'`,
          `git config gpg.program '${evil} #'`,
          'git config log.showSignature true',
        ],
        ...[
          `printf '#!/bin/sh\n${evil}\n' > .git/hooks/post-index-change`,
          'chmod +x .git/hooks/post-index-change',
        ],
        ...['mkdir -p bare/objects bare/refs', 'echo ref: refs/heads/x > bare/HEAD'],
        `printf '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "${evil} #"\n' > bare/config`,
      ].join('\n'),
    );
    rmSync(path.join(directory, 'ran'), { force: true });
    expect(await run('git status --short && git diff --stat && git log --oneline')).toContain('[0]');
    expect(await run('cd bare && git status')).toContain("safe.bareRepository is 'explicit'");
    expect(existsSync(path.join(directory, 'ran'))).toBe(false);
  });
});

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
    mkdirSync(path.join(root, '.git'));
    writeFileSync(path.join(root, '.git/x'), 'KEY\n');
    writeFileSync(path.join(root, '.ignore'), '!.git/\n');
    const host = createNodeHost({ roots: [root], env: { ...process.env, PATH } });
    const search = async (unasked: boolean) => {
      const outputFile = path.join(directory, 'spool', `out-${unasked}.txt`);
      const spec = { command: 'rg -l --sort path KEY', cwd: root, timeoutMs: 20_000, outputFile, unasked };
      return (await host.run(spec, () => {}, new AbortController().signal)).head.trim().split('\n');
    };
    expect(await search(true)).toEqual(['a.ts']);
    expect(await search(false)).toHaveLength(names.length + 1);
  });

  it.skipIf(why)(`does the same in the sandbox${why ? ` (skipped: ${why})` : ''}`, async () => {
    const { run, directory } = box({
      'project/a.ts': 'KEY\n',
      'project/server.pem': 'KEY\n',
      'project/deploy/id_rsa': 'KEY\n',
      // Brings a hidden directory back.
      'project/.ignore': '!.git/\n',
      'project/.git/x': 'KEY\n',
    });
    // Where the project itself lies below /tmp, its own program is out of sight.
    const programs = path.join(directory, 'bin');
    mkdirSync(programs);
    copyFileSync(findRipgrep(undefined, process.env.PATH ?? '', []), path.join(programs, 'rg'));
    const { output } = await run(`PATH=${programs}:$PATH; rg -l --no-messages KEY`, { unasked: true });
    expect(output.trim()).toBe('a.ts');
  });
});
