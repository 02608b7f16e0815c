/** A workspace to run things in: links, secrets with a mark in them, and names that are a trap when bash reads them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { commandEnvironment } from '../../../src/host/command/commandEnvironment.ts';
import { createLookingGit } from '../../../src/host/git/settings.ts';
import { hardenedEnvironment } from '../../../src/host/hardening.ts';

/** Stands in every secret: whatever is printed may not hold it. */
export const MARK = 'cAnArY-7Qz';

export interface Ground {
  base: string;
  workspace: string;
  home: string;
  /** Holds ripgrep, where the project brings one along. */
  programs: string;
  /** What the host adds to the environment of what runs unasked. */
  hardened: Record<string, string>;
  /** What a line may name, relative to the workspace. */
  paths: string[];
}

const PLAIN = [
  'README.md',
  'a',
  'b',
  'a.txt',
  'a file.txt',
  'package.json',
  'src/a.ts',
  'src/b.ts',
  'src/deep/c.ts',
];
const NASTY = [
  ...[
    '-la',
    '-n',
    '--pre=x',
    '-o',
    '$(id)',
    '`id`',
    '*',
    '?',
    '[a]',
    'a;id',
    'a\nid',
    '~',
    '{a,b}',
    '#x',
    'é',
    '!x',
  ],
  ...[
    '&',
    '|',
    "it's",
    '"q"',
    '\\',
    'tail ',
    ' head',
    '>out',
    '=',
    'X=1',
    '$HOME',
    '%n',
    'a\tb',
    '你',
    '~root',
  ],
];
const SECRETS = ['.env', 'server.pem', 'packages/one/.env.local', '.aws/credentials', 'id_rsa'];

export async function prepareGround(base: string, ripgrep: string | undefined): Promise<Ground> {
  const [workspace, home, outside] = ['ws', 'home', 'outside'].map(name => path.join(base, name)) as [
    string,
    string,
    string,
  ];
  const programs = path.join(base, 'bin');
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const name of PLAIN) write(path.join(workspace, name), `one\ntwo TODO\n{"scripts":{"a":"b"}}\n`);
  for (const name of NASTY) write(path.join(workspace, 'nasty', name), 'x\n');
  for (const name of SECRETS) write(path.join(workspace, name), `KEY=${MARK} TODO foo x a\n`);
  for (const name of ['.ssh/id_rsa', '.netrc', 'notes.txt'])
    write(path.join(home, name), `${MARK} TODO foo x a\n`);
  write(path.join(outside, 'passwd'), `${MARK} TODO foo x a\n`);
  symlinkSync('../outside', path.join(workspace, 'out'));
  symlinkSync('src', path.join(workspace, 'lib'));
  symlinkSync('../home/.ssh/id_rsa', path.join(workspace, 'leak.txt'));
  symlinkSync('../../../outside/passwd', path.join(workspace, 'src/deep/up'));
  // To a reader of options these are options.
  for (const name of ['-', '-F', '-Fa', '-c', '-l', '--include'])
    symlinkSync('../home/.ssh/id_rsa', path.join(workspace, name));
  mkdirSync(programs);
  if (ripgrep) copyFileSync(ripgrep, path.join(programs, 'rg'));
  makeRepository(workspace, home);
  for (const name of ['HEAD~1', 'HEAD^!', '^HEAD', 'main']) write(path.join(workspace, name), 'x\n');
  write(path.join(workspace, 'nested/conf/.env'), 'x\n');
  execFileSync('git', ['init', '-q', path.join(workspace, 'nested')]);
  const fixed = { ...commandEnvironment({ PATH: process.env.PATH, HOME: home }) };
  delete fixed.PATH;
  if (process.platform !== 'win32') execFileSync('mkfifo', [path.join(workspace, 'pipe')]);
  return {
    base,
    workspace,
    home,
    programs,
    hardened: {
      ...fixed,
      ...(await hardenedEnvironment(path.join(base, 'spool'), { confined: false })),
      ...(await createLookingGit({ PATH: process.env.PATH ?? '', HOME: home }).environment()),
    },
    paths: [
      ...PLAIN,
      ...NASTY.map(name => `nasty/${name}`),
      ...NASTY,
      ...SECRETS,
      ...[
        '.git/config',
        '.git/HEAD',
        '.git/index',
        'HEAD',
        'HEAD~1',
        'HEAD^!',
        '^HEAD',
        'main',
        'nested',
        'nested/conf',
        'v1',
        'blob',
        'gone/.env',
        'HEAD:gone/.env',
      ],
      ...[
        'out',
        'out/passwd',
        'lib',
        'lib/a.ts',
        'lib/../.env',
        'leak.txt',
        'src/deep/up',
        'pipe',
        'nope',
        'nope/x',
      ],
      ...[
        '.',
        '..',
        '../outside/passwd',
        'src/../.env',
        './.env',
        'src',
        'src/',
        'nasty',
        'packages',
        '.git',
        '~',
      ],
      ...[
        '/etc/passwd',
        '/proc/self/environ',
        '/dev/zero',
        '/dev/null',
        '/',
        '../home/.ssh/id_rsa',
        '~/.netrc',
      ],
      ...[path.join(workspace, 'a'), path.join(home, 'notes.txt'), `${workspace}/../outside/passwd`],
      ...[
        'nope/deeper/../../../outside/passwd',
        'src/deep/../../../outside/passwd',
        'lib/../../outside/passwd',
      ],
    ],
  };
}

/** A repository that may be looked at, with secrets in its past and in its configuration, and traps around it. */
function makeRepository(workspace: string, home: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', workspace, ...args], {
      env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
      encoding: 'utf8',
    });
  const trap = path.join(workspace, 'evil');
  writeFileSync(trap, `#!/bin/sh\ntouch ${path.join(workspace, 'trapped')}\ncat\n`, { mode: 0o755 });
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'person@example.com');
  git('config', 'user.name', 'Person');
  git('config', 'core.hooksPath', workspace);
  git('config', 'core.fsmonitor', 'true');
  git('remote', 'add', 'origin', `https://me:${MARK}@example.com/x.git`);
  mkdirSync(path.join(workspace, 'gone'));
  writeFileSync(path.join(workspace, 'gone/.env'), `KEY=${MARK}\n`);
  git('add', '-f', 'gone/.env', ...PLAIN);
  git('commit', '-qm', 'first');
  git('tag', 'v1');
  git('tag', 'blob', git('rev-parse', 'HEAD:gone/.env').trim());
  git('rm', '-qf', 'gone/.env');
  git('commit', '-qm', 'second');
  git('branch', 'side');
  appendFileSync(path.join(workspace, 'src/a.ts'), 'three\n');
  copyFileSync(trap, path.join(workspace, 'post-index-change'));
  writeFileSync(
    path.join(home, '.gitconfig'),
    `[core]\n\tfsmonitor = ${trap}\n\tpager = ${trap}\n[diff]\n\texternal = ${trap}\n[log]\n\tshowSignature = true\n[alias]\n\tstatus = !${trap}\n`,
  );
}

/** A hash over all names, contents and modes: whether anything below was changed. */
export function stateOf(directory: string): string {
  const hash = createHash('sha256');
  const visit = (file: string) => {
    const stats = lstatSync(file);
    hash.update(`${file}\0${stats.mode}\0`);
    if (stats.isDirectory()) for (const name of readdirSync(file).sort()) visit(path.join(file, name));
    else if (stats.isSymbolicLink()) hash.update(readlinkSync(file));
    else if (stats.isFile()) hash.update(readFileSync(file));
  };
  visit(directory);
  return hash.digest('hex');
}
