import { describe, expect, it } from 'vitest';
import type { ApprovalMode, HeldRule } from '../../src/protocol/approvals.ts';
import { createBashParser } from '../../src/safety/commands/bashParser.ts';
import { decode } from '../../src/safety/commands/decode.ts';
import { knownPrograms } from '../../src/safety/commands/programs.ts';
import type { PolicyOptions } from '../../src/safety/policy.ts';
import { attempts } from './attempts.cases.ts';
import { allowed, asked } from './commands.cases.ts';
import { everyday } from './everyday.cases.ts';
import { held, parser, type TableDisk, tablePolicy } from './world.ts';

const disk: TableDisk = {
  links: {
    '/ws/lib/-': '/home/me/.ssh/id_rsa',
    '/ws/src/-': '/home/me/.ssh/id_rsa',
    '/ws/out': '/etc',
    '/ws/lib': '/ws/src',
    '/ws/leak.txt': '/home/me/.ssh/id_rsa',
  },
  special: ['/ws/pipe'],
  directories: {
    '/ws': ['.env', 'README.md', 'packages/', 'src/'],
    '/ws/src': ['a.ts', 'b.ts', 'deep/'],
    '/ws/src/deep': ['c.ts'],
    '/ws/packages': ['one/'],
    '/ws/packages/one': ['.env.local', 'index.js'],
    '/ws/.git': ['HEAD', 'config'],
    '/ws/repo': ['.git/'],
    '/ws/repo/.git': ['HEAD', 'lfs/'],
    '/ws/repo/.git/lfs': ['objects/'],
    '/ws/repo/.git/lfs/objects': [],
    '/ws/.git/modules': ['x/'],
    '/ws/.git/modules/x': ['config'],
  },
};
interface Given {
  mode?: ApprovalMode;
  rules?: HeldRule[];
  cwd?: string;
  options?: Partial<PolicyOptions>;
}
const decide = (command: string, { mode = 'ask', rules = [], cwd = '/ws', options }: Given = {}) =>
  tablePolicy(disk, options).decide([{ kind: 'command', command, cwd }], { mode, rules });

describe('commands that only look', () => {
  it.each(allowed)('%j runs unasked: %s', async command => {
    expect(await decide(command)).toEqual({ verdict: 'allow', by: 'policy', reasons: [] });
  });

  it.each(everyday)('%j runs unasked, as it is run all day', async command => {
    expect(await decide(command)).toMatchObject({ verdict: 'allow', by: 'policy' });
  });

  it('start listed programs and nothing else', async () => {
    const started = new Set<string>();
    for (const command of [...allowed.map(([line]) => line), ...everyday]) {
      const read = await decode(command, parser);
      if ('commands' in read) for (const c of read.commands) started.add(c.words[0]!.text);
    }
    expect([...started].filter(p => !knownPrograms.has(p) && p !== 'cd')).toEqual([]);
  });
});

describe('all other commands', () => {
  it.each(asked)('%j asks: %s', async command => {
    const decision = await decide(command);
    expect(decision.verdict).toBe('ask');
    expect(decision.reasons.length).toBeGreaterThan(0);
    for (const reason of decision.reasons) expect(reason).toMatch(/^\S.*\.$/s);
  });

  it.each(Object.entries(attempts))('ask: %s', async (_, lines) => {
    for (const command of lines) {
      const decision = await decide(command);
      expect(decision, JSON.stringify(command)).toMatchObject({ verdict: 'ask', by: 'policy' });
      expect(decision.reasons[0], JSON.stringify(command)).toMatch(/^\S.*\.$/s);
    }
  });

  it('ask when the grammar cannot be loaded, and say so', async () => {
    const broken = createBashParser(() => Promise.reject(new Error('gone')));
    const decision = await decide('ls', { options: { parser: broken } });
    expect(decision).toMatchObject({
      verdict: 'ask',
      reasons: ['The bash grammar could not be loaded, so no command can be checked.'],
    });
  });

  it('ask on Windows, where the shell may be another', async () => {
    const options = { platform: 'win32' as const, roots: ['C:\\ws'] };
    expect(await decide('ls', { cwd: 'C:\\ws', options })).toMatchObject({ verdict: 'ask' });
  });

  it('ask on macOS where a letter holds a byte that its shell may take for a space', async () => {
    for (const command of ['cat x\u00e0.env', 'ls "\u4f60"', 'echo \u00c5'])
      expect(await decide(command, { options: { platform: 'darwin' } })).toMatchObject({ verdict: 'ask' });
    for (const command of ['cat x\u00e9', 'ls "\u597d"'])
      expect(await decide(command, { options: { platform: 'darwin' } })).toMatchObject({ verdict: 'allow' });
  });

  it('ask when programs are looked for in the workspace', async () => {
    for (const searchPath of ['/ws/node_modules/.bin:/usr/bin', '.:/usr/bin', '/usr/bin:', ''])
      expect(await decide('ls', { options: { searchPath } })).toMatchObject({ verdict: 'ask' });
    expect(await decide('ls', { options: { searchPath: '/usr/bin:/bin' } })).toMatchObject({
      verdict: 'allow',
    });
  });

  it('ask outside the workspace', async () => {
    expect(await decide('ls', { cwd: '/home/me' })).toMatchObject({ verdict: 'ask' });
    expect(await decide('ls', { cwd: '/ws/out' })).toMatchObject({ verdict: 'ask' });
  });
});

describe('a grant for the session', () => {
  it('is offered for the very command line in its directory, and holds for that', async () => {
    const line = 'npm test | tee log';
    const { offers } = await decide(line);
    expect(offers?.[0]).toEqual({
      destination: 'session',
      rule: { kind: 'command', command: line, cwd: '/ws' },
      label: `the line \`${line}\` in this folder`,
    });
    const rules = [held({ kind: 'command', command: 'npm test', cwd: '/ws' })];
    expect(await decide('npm test', { rules })).toMatchObject({ verdict: 'allow', by: 'rule' });
    expect(await decide('npm test -- x', { rules })).toMatchObject({ verdict: 'ask' });
    expect(await decide('npm  test', { rules })).toMatchObject({ verdict: 'ask' });
    expect(await decide('npm test', { rules, cwd: '/ws/src' })).toMatchObject({ verdict: 'ask' });
  });

  it('no longer holds once the agent changed what the command runs', async () => {
    const rule = { kind: 'command', command: 'npm test', cwd: '/ws' } as const;
    const options = { editedByAgent: () => ['/ws/package.json'] };
    const rules = [held(rule)];
    const suspended = [held(rule, { changed: '/ws/package.json' })];
    const decision = await decide('npm test', { rules: suspended, options });
    expect(decision.verdict).toBe('ask');
    expect(decision.reasons).toContain(
      '`/ws/package.json`, which decides what this runs, was changed by the agent.',
    );
    const other = { editedByAgent: () => ['/ws/src/a.ts'] };
    expect(await decide('npm test', { rules, options: other })).toMatchObject({ verdict: 'allow' });
  });

  it.each([
    'echo x > .git/hooks/pre-commit',
    'rm -rf .vscode',
    'cp a AGENTS.md',
    'cat .env',
    'node build.js ~/.ssh/id_rsa',
    'echo x > "$HOME/x"',
    'ls\u200b',
    'rm -rf /home/me/other',
  ])('is not offered for %j', async command => {
    expect((await decide(command)).offers).toBeUndefined();
    // Not even a rule that says so opens it.
    const rules = [held({ kind: 'command', command, cwd: '/ws' }), held({ kind: 'edits' })];
    expect(await decide(command, { rules })).toMatchObject({ verdict: 'ask' });
  });
});

describe('mode all', () => {
  it.each([
    'npm test',
    'rm -rf dist',
    'for i in 1 2; do echo $i; done',
    'curl https://example.com/a/b',
    'cat /etc/hosts',
  ])('%j runs', async command => {
    expect(await decide(command, { mode: 'all' })).toMatchObject({ verdict: 'allow', by: 'mode' });
  });
  it.each([
    'cat .env',
    'rm -rf .git',
    'echo x > AGENTS.md',
    "X=1 cp a .gi''t/hooks/pre-commit",
    'cp a .g\\it/hooks/pre-commit',
    'cp a .v\\\nscode/settings.json',
    'for f in .vscode/settings.json; do rm $f; done',
    'cp a /usr/local/lib/x',
    'cp a ../../x',
    'echo x > $TARGET',
    'tee $HOME/.bashrc',
    'rm -rf /home/me/other',
    'ls\u202e',
    'echo x > out/passwd',
  ])('%j still asks', async command => {
    expect(await decide(command, { mode: 'all' })).toMatchObject({ verdict: 'ask' });
  });
});

describe("the person's own list", () => {
  const options = { allowedCommands: ['git status', 'npm test', 'ls > x', 'rm'] };
  it.each(['git status', 'git status --short', 'npm test', 'npm test 2>&1 | tail -20'])(
    'covers %j',
    async command => {
      expect(await decide(command, { options })).toMatchObject({ verdict: 'allow' });
    },
  );
  it.each([
    'git status --config x',
    'git diff',
    'npm test -- --reporter=./x',
    'npm test > out',
    'ls > x',
    'rm a',
    'git status; rm a',
    'X=1 npm test',
  ])('does not cover %j', async command => {
    expect(await decide(command, { options })).toMatchObject({ verdict: 'ask' });
  });
  it('asks once the agent changed what they run', async () => {
    const edited = { ...options, editedByAgent: () => ['package.json', '.gitattributes'] };
    for (const command of ['npm test', 'git status'])
      expect(await decide(command, { options: edited })).toMatchObject({ verdict: 'ask' });
  });
});

describe('size', () => {
  it('over-long lines ask before they are parsed', async () => {
    let parsed = 0;
    const counting = { parse: () => Promise.reject(new Error(`parsed ${++parsed}`)) };
    for (const long of ['a'.repeat(1_000_000), '$('.repeat(500_000), ' \u200b'.repeat(500_000)])
      expect(await decide(long, { options: { parser: counting } })).toMatchObject({
        verdict: 'ask',
        reasons: ['The command is too long to be checked.'],
      });
    expect(parsed).toBe(0);
  });
  it('many commands ask, whichever of them does harm', async () => {
    const { reasons } = await decide(`${'ls; '.repeat(70)}rm x`);
    expect(reasons).toEqual(['It holds too many commands to be checked.']);
  });
  it('what a line searches is counted together', async () => {
    let listed = 0;
    const list = async (path: string) => {
      listed++;
      return path.split('/').length > 9 ? [] : ['a/', 'b/'];
    };
    const { reasons } = await decide('grep -r x . ; '.repeat(60), { options: { list } });
    expect(reasons).toEqual([expect.stringContaining('too much to be checked')]);
    expect(listed).toBeLessThan(300);
  });
  it('many words and quotes ask before they are parsed', async () => {
    const parse = () => Promise.reject(new Error('parsed'));
    for (const many of ['echo'.padEnd(8_000, ' a'), `echo ${'"'.repeat(8_000)}`, 'ls'.padEnd(8_000, ' 2>&1')])
      expect((await decide(many, { options: { parser: { parse } } })).reasons[0]).toBe(
        'It holds too many words to be checked.',
      );
  });
  it('many words hide nothing in mode all', async () => {
    const words = Array.from({ length: 2_200 }, (_, i) => i.toString(36)).join(' ');
    expect((await decide(`(echo ${words}); rm -r .git`, { mode: 'all' })).verdict).toBe('ask');
    const rules = [held({ kind: 'denyPath', glob: 'data' })];
    expect((await decide(`(echo ${words}); rm -r data`, { mode: 'all', rules })).verdict).not.toBe('allow');
    expect((await decide(`(echo ${words})`, { mode: 'all' })).verdict).toBe('allow');
  });
  it('many steps up ask instead of being followed', async () => {
    let resolved = 0;
    const resolve = async (path: string) => {
      resolved++;
      return path;
    };
    for (const line of [
      `cat ${'a/../'.repeat(1_300)}b`,
      `cd a; cd b; cat ${`${'c/../'.repeat(60)}d `.repeat(20)}`,
    ])
      expect(await decide(line, { options: { resolve } }), line).toMatchObject({ verdict: 'ask' });
    expect(resolved).toBeLessThan(1_000);
  });
  it('many spaces in a script ask instead of being told apart', async () => {
    expect(await decide(`awk '{print${' '.repeat(8_000)}' a`)).toMatchObject({ verdict: 'ask' });
  });
  it('many paths ask instead of being followed', async () => {
    let resolved = 0;
    const resolve = async (path: string) => {
      resolved++;
      return path;
    };
    expect(await decide(`cat ${'a '.repeat(400)}`, { options: { resolve } })).toMatchObject({
      verdict: 'ask',
    });
    expect(resolved).toBeLessThan(100);
  });
});
