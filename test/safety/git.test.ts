/** git that only looks: judged by the real policy over real repositories, run by the real host. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { ApprovalMode, HeldRule } from '../../src/protocol/approvals.ts';
import { createPolicy } from '../../src/safety/policy.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { asking, looking } from './git.cases.ts';
import { held, parser } from './world.ts';

const SECRET = 'cAnArY-7Qz';

/** Made once and copied: a workspace with a repository, a home, and what lies outside. */
let template: string | undefined;
function makeTemplate(): string {
  const base = temporaryDirectory(afterAll);
  const [root, home, outside] = placesIn(base);
  const at = (...parts: string[]) => path.join(root, ...parts);
  for (const directory of [at('src'), home, outside]) mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(outside, 'a'), `${SECRET}\n`);
  const git = gitIn(root, home);
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'person@example.com');
  git('config', 'user.name', 'Person');
  git('remote', 'add', 'origin', 'https://example.com/x.git');
  writeFileSync(at('src/a.ts'), 'one\n');
  writeFileSync(at('a'), 'one\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  git('tag', 'v1');
  writeFileSync(at('src/a.ts'), 'one\ntwo\n');
  git('commit', '-qam', 'second');
  writeFileSync(at('src/a.ts'), 'one\ntwo\nthree\n');
  symlinkSync('../outside', at('out'));
  symlinkSync('../outside/a', at('leak.txt'));
  return base;
}
const placesIn = (base: string) =>
  ['ws', 'home', 'outside'].map(name => path.join(base, name)) as [string, string, string];
const gitIn =
  (root: string, home: string) =>
  (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], {
      env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
      stdio: 'pipe',
    });

/** The same with a program that leaves a mark when it is started, and who judges and runs. */
function ground() {
  const base = temporaryDirectory();
  template ??= makeTemplate();
  cpSync(template, base, { recursive: true, verbatimSymlinks: true });
  const [root, home, outside] = placesIn(base);
  const at = (...parts: string[]) => path.join(root, ...parts);
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  const evil = path.join(base, 'evil');
  const mark = path.join(base, 'started');
  writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat\nexit 0\n`);
  chmodSync(evil, 0o755);
  const git = gitIn(root, home);

  const host = createNodeHost({ roots: [root], env: { ...process.env, HOME: home } });
  const policy = createPolicy({
    roots: host.roots,
    platform: host.platform,
    home,
    parser,
    resolve: host.resolve,
    stat: host.stat,
    list: host.list,
    repository: host.repository,
  });
  const decide = (command: string, mode: ApprovalMode = 'ask', rules: HeldRule[] = [], cwd = root) =>
    policy.decide([{ kind: 'command', command, cwd }], { mode, rules });
  const judge = async (command: string) => (await decide(command)).verdict;
  let runs = 0;
  const run = async (command: string) => {
    const outputFile = path.join(base, 'spool', `${++runs}.txt`);
    const spec = { command, cwd: root, timeoutMs: 20_000, outputFile, unasked: true };
    const { head, exitCode } = await host.run(spec, () => {}, new AbortController().signal);
    return { output: head, exitCode };
  };
  const started = () => (existsSync(mark) ? readFileSync(mark, 'utf8') : '');
  return { root, home, outside, evil, at, put, git, decide, judge, run, started };
}

describe.skipIf(process.platform === 'win32')('git that only looks', () => {
  it('runs unasked in a plain repository, and works', async () => {
    const { judge, run, decide } = ground();
    for (const line of looking) {
      expect((await decide(line)).reasons, line).toEqual([]);
      expect(await run(line), line).toMatchObject({ exitCode: 0 });
    }
    expect(looking.length).toBeGreaterThan(50);
    expect((await run('git diff')).output).toContain('+three');
    expect((await run('git status --short')).output).toContain(' M src/a.ts');
    expect(await judge('git status && ls')).toBe('allow');
    // Its configuration is named like a secret, and holds none.
    expect(await judge('grep -rn one .')).toBe('allow');
    expect((await decide('git log -3', 'plan')).verdict).toBe('allow');
  });

  it.each(asking)('asks: %s', async line => {
    const { judge } = shared();
    expect(await judge(line)).not.toBe('allow');
  });

  it('keeps what the person set about files of no interest', async () => {
    const { home, put, run } = ground();
    writeFileSync(path.join(home, '.gitconfig'), '[core]\n\texcludesFile = ~/ignored\n');
    writeFileSync(path.join(home, 'ignored'), '*.tmp\n');
    put('x.tmp', '');
    expect((await run('git status --short')).output).not.toContain('x.tmp');
  });

  it('is not mixed with what runs by a rule, which gets other settings', async () => {
    const { decide } = ground();
    const rules = [held({ kind: 'argv', words: ['npm', 'test'] })];
    expect((await decide('npm test', 'ask', rules)).verdict).toBe('allow');
    expect((await decide('npm test; git status', 'ask', rules)).verdict).toBe('ask');
    const both = [...rules, held({ kind: 'argv', words: ['git', 'status'] })];
    expect(await decide('npm test; git status', 'ask', both)).toMatchObject({ verdict: 'allow', by: 'rule' });
  });

  it('is refused in plan mode where the repository could start a program, and forbidden by a rule', async () => {
    const { git, decide } = ground();
    const never = [held({ kind: 'denyCommand', words: ['git', 'status'] })];
    expect((await decide('git status', 'ask', never)).verdict).toBe('deny');
    git('config', 'diff.external', 'x');
    expect((await decide('git status', 'plan')).verdict).toBe('deny');
  });

  it('can be granted where it asks', async () => {
    const { git, decide } = ground();
    git('config', 'diff.external', 'x');
    const { offers = [] } = await decide('git status --short');
    expect(offers.map(({ label }) => label)).toContain(
      '`git status` and its looking options anywhere in `ws`',
    );
    for (const line of ['git show HEAD~2', 'git show HEAD', 'git diff --stat HEAD']) {
      const { offers: shown = [] } = await decide(line);
      expect(shown[1]?.rule, line).toMatchObject({ words: line.split(' ').slice(0, 2), tail: 'harmless' });
    }
    expect((await decide('git show HEAD > HEAD')).offers).toBeUndefined();
  });
});

let one: ReturnType<typeof ground> | undefined;
const shared = () => {
  one ??= ground();
  return one;
};

type Ground = ReturnType<typeof ground>;
/** What a hostile repository brings along, as text of its configuration or done to its files. */
const hostile: [name: string, make: (ground: Ground) => void, line?: string][] = [
  ['a file system monitor', g => g.git('config', 'core.fsmonitor', g.evil)],
  [
    'a filter that cleans',
    g => {
      g.git('config', 'filter.x.clean', g.evil);
      g.put('.gitattributes', '* filter=x\n');
    },
  ],
  [
    'a filter that is a process',
    g => {
      g.git('config', 'filter.x.process', g.evil);
      g.put('.gitattributes', '* filter=x\n');
    },
  ],
  ['a filter that smudges', g => g.git('config', 'filter.x.smudge', g.evil)],
  [
    'a text conversion',
    g => {
      g.git('config', 'diff.x.textconv', g.evil);
      g.put('.gitattributes', '* diff=x\n');
    },
    'git diff',
  ],
  ['a diff program of a driver', g => g.git('config', 'diff.x.command', g.evil), 'git diff'],
  ['a diff program', g => g.git('config', 'diff.external', g.evil), 'git diff'],
  ['an alias of a listed command', g => g.git('config', 'alias.status', `!${g.evil}`)],
  ['dates as wide as the disk', g => g.git('config', 'log.date', 'format:%999999d'), 'git log'],
  ['an order of branches by signatures', g => g.git('config', 'branch.sort', 'signature'), 'git branch'],
  ['a pager', g => g.git('config', 'core.pager', g.evil), 'git log'],
  ['a pager of a command', g => g.git('config', 'pager.log', g.evil), 'git log'],
  [
    'a signature program',
    g => {
      g.git('config', 'gpg.program', g.evil);
      g.git('config', 'log.showSignature', 'true');
    },
    'git log',
  ],
  ['a format that verifies', g => g.git('config', 'format.pretty', '%G?'), 'git log'],
  ['a credential helper', g => g.git('config', 'credential.helper', g.evil), 'git log'],
  ['an ssh command', g => g.git('config', 'core.sshCommand', g.evil), 'git log'],
  ['another remote program', g => g.git('config', 'remote.origin.uploadpack', g.evil), 'git log'],
  ['a lazy remote', g => g.git('config', 'remote.origin.promisor', 'true'), 'git log'],
  ['another configuration', g => g.git('config', 'include.path', '../evil.config')],
  [
    'another configuration by place',
    g => g.git('config', `includeIf.gitdir:${g.root}/.path`, '../evil.config'),
  ],
  ['a configuration of the worktree', g => g.git('config', 'extensions.worktreeConfig', 'true')],
  ['another worktree', g => g.git('config', 'core.worktree', g.outside)],
  ['other attributes', g => g.git('config', 'core.attributesFile', '/etc/passwd')],
  ['an editor', g => g.git('config', 'core.editor', g.evil)],
  ['a merge driver', g => g.git('config', 'merge.x.driver', g.evil)],
  ['a summary of submodules', g => g.git('config', 'status.submoduleSummary', 'true')],
  ['settings behind a header', g => appendFileSync(g.at('.git/config'), `[core] fsmonitor = ${g.evil}\n`)],
  [
    'a section in its old spelling',
    g => appendFileSync(g.at('.git/config'), `[filter.x]\n\tclean = ${g.evil}\n`),
  ],
  [
    'a line that goes on',
    g => appendFileSync(g.at('.git/config'), `[user]\n\tname = a \\\n[core]\n\tfsmonitor = x\n`),
  ],
  ['a header in capitals', g => appendFileSync(g.at('.git/config'), `[CORE]\n\tFSMONITOR = ${g.evil}\n`)],
  [
    'a mark at the beginning',
    g => writeFileSync(g.at('.git/config'), `\ufeff[core]\n\tfsmonitor = ${g.evil}\n`),
  ],
  ['invisible characters', g => appendFileSync(g.at('.git/config'), '[user]\u0000\n\tname = a\n')],
  [
    'a repository in the index',
    g => {
      execFileSync('git', ['init', '-q', g.at('inner')]);
      execFileSync('git', [
        '-C',
        g.at('inner'),
        '-c',
        'user.name=a',
        '-c',
        'user.email=b',
        'commit',
        '-q',
        '--allow-empty',
        '-m',
        'x',
      ]);
      g.git('add', 'inner');
      execFileSync('git', ['-C', g.at('inner'), 'config', 'core.fsmonitor', g.evil]);
    },
  ],
  [
    'a worktree elsewhere',
    g => {
      renameSync(g.at('.git'), path.join(g.outside, 'git'));
      writeFileSync(g.at('.git'), `gitdir: ${g.outside}/git\n`);
    },
  ],
  [
    'a link for a repository',
    g => {
      renameSync(g.at('.git'), path.join(g.outside, 'git'));
      symlinkSync(path.join(g.outside, 'git'), g.at('.git'));
    },
  ],
  [
    'a link for its configuration',
    g => {
      renameSync(g.at('.git/config'), path.join(g.outside, 'config'));
      symlinkSync(path.join(g.outside, 'config'), g.at('.git/config'));
    },
  ],
  [
    'a rebase that shows a secret',
    g => {
      mkdirSync(g.at('.git/rebase-merge'));
      for (const name of ['done', 'git-rebase-todo'])
        symlinkSync(path.join(g.outside, 'a'), g.at('.git/rebase-merge', name));
      writeFileSync(g.at('.git/rebase-merge/interactive'), '');
    },
  ],
  [
    'references that show a secret',
    g => symlinkSync(path.join(g.outside, 'a'), g.at('.git/packed-refs')),
    'git branch',
  ],
  [
    'objects from elsewhere',
    g => writeFileSync(g.at('.git/objects/info/alternates'), `${g.outside}\n`),
    'git log',
  ],
  ['a pipe in the repository', g => execFileSync('mkfifo', [g.at('.git/MERGE_HEAD')])],
  ['an index in parts', g => g.git('update-index', '--split-index')],
  ['an index that is none', g => writeFileSync(g.at('.git/index'), 'DIRC'.repeat(40))],
];

describe.skipIf(process.platform === 'win32')('a hostile repository', () => {
  it.each(hostile)('with %s makes git ask', async (_, make, line = 'git status') => {
    const g = ground();
    make(g);
    const { verdict, reasons } = await g.decide(line);
    expect(verdict).toBe('ask');
    expect(reasons.join(' ')).toMatch(/^git can start other programs, or show more than files: .+\.$/);
    // The proof that nothing hangs on the question alone: run all the same, as what runs unasked is.
    if (/monitor|header|mark|helper|ssh|signature|pager|lazy/.test(_)) {
      await g.run(`${line}; git diff --stat; git log --oneline`);
      expect(g.started()).toBe('');
    }
  });

  it('is told from a plain one below it, and above it', async () => {
    const g = ground();
    mkdirSync(g.at('bare/objects'), { recursive: true });
    mkdirSync(g.at('bare/refs'));
    g.put('bare/HEAD', 'ref: refs/heads/x\n');
    g.put('bare/config', `[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = ${g.evil}\n`);
    g.put('half/.git/HEAD', 'ref: refs/heads/x\n');
    expect(await g.judge('git -C bare status')).toBe('ask');
    expect(await g.judge('cd bare && git status')).toBe('ask');
    expect(await g.judge('git -C half status')).toBe('ask');
    expect(await g.judge('cd bare; git status')).toBe('ask');
    rmSync(g.at('.git'), { recursive: true });
    expect(await g.judge('git status')).toBe('ask');
    execFileSync('git', ['init', '-q', path.dirname(g.root)]);
    expect(await g.judge('git status')).toBe('ask');
  });

  it('starts no hook, no monitor and nothing of the person: hooks are set and allowed to be', async () => {
    const g = ground();
    g.put('hooks/post-index-change', `#!/bin/sh\nexec ${g.evil}\n`);
    chmodSync(g.at('hooks/post-index-change'), 0o755);
    g.git('config', 'core.hooksPath', g.at('hooks'));
    g.git('config', 'core.fsmonitor', 'true');
    writeFileSync(
      path.join(g.home, '.gitconfig'),
      [
        '[core]',
        `fsmonitor = ${g.evil}`,
        `pager = ${g.evil}`,
        '[log]',
        'showSignature = true',
        '[gpg]',
        `program = ${g.evil}`,
      ]
        .concat([
          '[diff]',
          `external = ${g.evil}`,
          '[filter "x"]',
          `clean = ${g.evil}`,
          '[alias]',
          `log = !${g.evil}`,
        ])
        .join('\n'),
    );
    writeFileSync(g.at('a'), 'one\n');
    const lines: string[] = [];
    for (const line of looking) if ((await g.judge(line)) === 'allow') lines.push(line);
    expect(lines.length).toBe(looking.length);
    expect((await g.run(lines.join('\n'))).output).toContain('+three');
    expect(g.started()).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('files that git takes for something else', () => {
  it('with names of commits ask', async () => {
    const g = ground();
    for (const name of ['HEAD~1', 'HEAD^!', '^HEAD', 'v1']) g.put(name, 'x\n');
    for (const line of ['git diff HEAD^!', 'git diff ^HEAD', 'git diff HEAD~1 --', 'git diff v1 --'])
      expect(await g.judge(line), line).toBe('ask');
    expect(await g.judge('git diff -- v1')).toBe('allow');
    expect(await g.judge('git diff --stat v1 --')).toBe('allow');
  });

  it('outside of the repository ask: git would compare all that is below', async () => {
    const g = ground();
    g.put('nested/conf/.env', 'x\n');
    g.put('other/.env', `${SECRET}\n`);
    execFileSync('git', ['init', '-q', g.at('nested')]);
    expect(await g.judge('git -C nested diff')).toBe('allow');
    expect(await g.judge('git -C nested diff conf')).toBe('allow');
    for (const line of ['git -C nested diff conf ../other', 'cd nested && git diff conf ../other'])
      expect(await g.judge(line), line).toBe('ask');
  });
});

describe.skipIf(process.platform === 'win32')('a repository with secrets', () => {
  it('shows names, and changes of other files; what may print a secret asks', async () => {
    const g = ground();
    g.put('conf/.env', `KEY=${SECRET}\n`);
    g.git('add', '-f', 'conf/.env');
    g.git('commit', '-qm', 'oops');
    g.put('conf/.env', `KEY=${SECRET}2\n`);
    expect(await g.judge('git status')).toBe('allow');
    expect(await g.judge('git diff --stat')).toBe('allow');
    expect(await g.judge('git diff src/a.ts')).toBe('allow');
    expect(await g.judge('git diff -- src')).toBe('allow');
    for (const line of [
      'git diff',
      'git diff conf',
      'git diff -- .',
      "git diff -- 'con*'",
      "git diff '*'",
      'git diff conf/.env',
    ])
      expect(await g.judge(line), line).toBe('ask');
    const lines: string[] = [];
    for (const line of looking) if ((await g.judge(line)) === 'allow') lines.push(line);
    expect(lines.length).toBeGreaterThan(looking.length - 5);
    expect((await g.run(lines.join('\n'))).output).not.toContain(SECRET);
    g.git('add', '-f', 'conf/.env');
    expect(await g.judge('git diff')).toBe('allow');
    expect((await g.run('git diff')).output).toContain('+three');
    utimesSync(g.at('conf/.env'), 1, 1);
    expect(await g.judge('git diff')).toBe('ask');
    g.git('rm', '-q', '--cached', 'conf/.env');
    expect(await g.judge('git diff')).toBe('allow');
    expect(await g.judge('git diff --cached')).toBe('ask');
    g.git('remote', 'set-url', 'origin', `https://me:${SECRET}@example.com/x.git`);
    expect(await g.judge('git remote -v')).toBe('ask');
    expect(await g.judge('git status')).toBe('allow');
    for (const line of ['grep -r x .git', 'grep -rn x .', 'grep -r x'])
      expect(await g.judge(line), line).toBe('ask');
    unlinkSync(g.at('.git/index'));
    expect(await g.judge('git status')).toBe('allow');
  });
});
