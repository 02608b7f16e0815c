import { describe, expect, it } from 'vitest';
import type { ApprovalMode, Rule } from '../../src/protocol/approvals.ts';
import type { PolicyOptions } from '../../src/safety/policy.ts';
import { linux, mac, type PathCase, windows } from './paths.cases.ts';
import { held, tablePolicy } from './world.ts';

const links = {
  '/ws/out': '/etc',
  '/ws/in': '/ws/src',
  '/ws/key': '/home/me/.ssh/id_rsa',
  '/ws/hooks': '/ws/.git/hooks',
  '/tmp/ws': '/ws',
};
const options: Record<'linux' | 'darwin' | 'win32', Partial<PolicyOptions>> = {
  linux: { roots: ['/ws', '/other'], readable: ['/state/spool'] },
  darwin: { platform: 'darwin', roots: ['/ws', '/other'] },
  win32: { platform: 'win32', roots: ['C:\\ws'], home: 'C:\\Users\\me' },
};

function policyOn(platform: keyof typeof options, more: Partial<PolicyOptions> = {}) {
  return tablePolicy({ links, special: ['/ws/pipe'] }, { ...options[platform], ...more });
}
const decide = (path: string, kind: 'read' | 'write', mode: ApprovalMode = 'ask', rules: Rule[] = []) =>
  policyOn('linux').decide([{ kind, path }], { mode, rules: rules.map(rule => held(rule)) });

describe.each([
  ['linux', linux],
  ['win32', windows],
  ['darwin', mac],
] as const)('paths on %s', (platform, cases: readonly PathCase[]) => {
  const looping = tablePolicy({ links, special: ['/ws/pipe'] }, options[platform]);
  it.each(cases)('%j: reading %s, writing %s: %s', async (path, read, write) => {
    const policy = path.includes('/loop/')
      ? policyOn(platform, {
          resolve: p => (p.includes('loop') ? Promise.reject(new Error('ELOOP')) : Promise.resolve(p)),
        })
      : looping;
    const now = { mode: 'ask' as const, rules: [] };
    const [reading, writing] = [
      await policy.decide([{ kind: 'read', path }], now),
      await policy.decide([{ kind: 'write', path }], now),
    ];
    expect([reading.verdict, writing.verdict]).toEqual([read, write]);
    if (read !== 'allow') expect(reading.reasons).toEqual([expect.stringMatching(/\S\.$/s)]);
    expect(writing.reasons).toEqual([expect.stringMatching(/\S\.$/s)]);
  });
});

it('a spelling that is refused never reaches the disk', async () => {
  const asked: string[] = [];
  const policy = policyOn('win32', { resolve: async p => (asked.push(p) > 0 ? p : p) });
  await policy.decide([{ kind: 'read', path: '\\\\server\\share\\x' }], { mode: 'all', rules: [] });
  expect(asked).toEqual([]);
});

it('a huge file is read by nothing unasked', async () => {
  const policy = tablePolicy({ sizes: { '/ws/dump': 3 * 1024 ** 3, '/ws/log': 1024 ** 3 } });
  const now = { mode: 'all' as const, rules: [] };
  const read = (path: string) => policy.decide([{ kind: 'read', path }], now);
  expect(await read('/ws/dump')).toMatchObject({
    verdict: 'deny',
    reasons: [expect.stringContaining('3.0 GiB')],
  });
  expect(await read('/ws/log')).toMatchObject({ verdict: 'allow' });
  const cat = { kind: 'command' as const, command: 'cat dump', cwd: '/ws' };
  expect(await policy.decide([cat], now)).toMatchObject({ verdict: 'ask' });
});

it.each([
  ['/ws/out/hosts', '`/ws/out/hosts` leads to `/etc/hosts`, which is outside the workspace.'],
  ['/ws/key', '`/ws/key` leads to `/home/me/.ssh/id_rsa`, which may hold credentials (`.ssh`).'],
])('where %s leads is said in one sentence', async (path, reason) => {
  expect((await decide(path, 'read')).reasons).toEqual([reason]);
});

it('roots are resolved too', async () => {
  const policy = tablePolicy({ links: { '/home/me/ws': '/data/ws' } }, { roots: ['/home/me/ws'] });
  for (const path of ['/home/me/ws/a', '/data/ws/a'])
    expect(await policy.decide([{ kind: 'read', path }], { mode: 'ask', rules: [] })).toMatchObject({
      verdict: 'allow',
    });
});

it('names above a root do not speak for what lies in it', async () => {
  const policy = tablePolicy({}, { roots: ['/home/me/.cursor/worktrees/app'] });
  const path = '/home/me/.cursor/worktrees/app/a.ts';
  expect(await policy.decide([{ kind: 'write', path }], { mode: 'edits', rules: [] })).toMatchObject({
    verdict: 'allow',
  });
});

describe('modes and grants', () => {
  it('mode edits writes ordinary files of the workspace, and nothing else', async () => {
    expect(await decide('/ws/a.ts', 'write', 'edits')).toMatchObject({ verdict: 'allow', by: 'mode' });
    for (const path of [
      '/ws/.git/hooks/x',
      '/ws/.env',
      '/etc/hosts',
      '/ws/out/x',
      '/ws/hooks/x',
      '/state/spool/1',
    ])
      for (const mode of ['edits', 'all'] as const)
        expect(await decide(path, 'write', mode), path).toMatchObject({ verdict: 'ask' });
    for (const mode of ['edits', 'all'] as const)
      expect(await decide('/ws/pipe', 'write', mode)).toMatchObject({ verdict: 'deny' });
  });

  it('edits are offered for ordinary files, and the grant covers only these', async () => {
    const [offer] = (await decide('/ws/a.ts', 'write')).offers ?? [];
    expect(offer).toEqual({
      destination: 'session',
      rule: { kind: 'edits' },
      label: 'edits of files in this workspace',
    });
    expect(await decide('/other/b.ts', 'write', 'ask', [offer!.rule])).toMatchObject({
      verdict: 'allow',
      by: 'rule',
    });
    for (const path of ['/ws/AGENTS.md', '/ws/.env', '/etc/hosts'])
      expect(await decide(path, 'write', 'ask', [offer!.rule])).toMatchObject({ verdict: 'ask' });
  });

  it('a read outside is offered for that very file, under its real name', async () => {
    const [offer] = (await decide('/ws/out/hosts', 'read')).offers ?? [];
    expect(offer).toEqual({
      destination: 'session',
      rule: { kind: 'read', path: '/etc/hosts' },
      label: 'reading `/etc/hosts`',
    });
    expect(await decide('/etc/hosts', 'read', 'ask', [offer!.rule])).toMatchObject({
      verdict: 'allow',
      by: 'rule',
    });
    expect(await decide('/etc/passwd', 'read', 'ask', [offer!.rule])).toMatchObject({ verdict: 'ask' });
  });

  it('nothing is offered for control files and secrets', async () => {
    for (const path of ['/ws/.env', '/ws/.git/hooks/x', '/ws/AGENTS.md', '/home/me/.ssh/id_rsa'])
      expect((await decide(path, 'write')).offers).toBeUndefined();
    expect((await decide('/ws/.env', 'read', 'all')).offers).toBeUndefined();
  });

  it('several accesses: the strictest counts, and a grant is offered only if it answers all', async () => {
    const policy = policyOn('linux');
    const now = { mode: 'ask' as const, rules: [] };
    const two = await policy.decide(
      [
        { kind: 'write', path: '/ws/a' },
        { kind: 'write', path: '/ws/b' },
      ],
      now,
    );
    expect(two).toMatchObject({ verdict: 'ask', offers: [{ rule: { kind: 'edits' } }, {}, {}, {}] });
    expect(two.reasons).toEqual(['It changes a file in the workspace.']);
    const mixed = await policy.decide(
      [
        { kind: 'write', path: '/ws/a' },
        { kind: 'write', path: '/ws/.env' },
      ],
      now,
    );
    expect(mixed).toMatchObject({ verdict: 'ask' });
    expect(mixed.offers).toBeUndefined();
    const worst = await policy.decide(
      [
        { kind: 'write', path: '/ws/a' },
        { kind: 'read', path: '/dev/sda' },
      ],
      now,
    );
    expect(worst).toMatchObject({ verdict: 'deny' });
    expect(await policy.decide([], now)).toMatchObject({ verdict: 'allow', by: 'policy' });
  });

  it('the network asks by origin, and only plain web addresses are possible', async () => {
    const policy = policyOn('linux');
    const fetch = (url: string, mode: ApprovalMode = 'ask') =>
      policy.decide([{ kind: 'network', url }], { mode, rules: [] });
    expect(await fetch('https://example.com/a?b')).toMatchObject({
      verdict: 'ask',
      reasons: ['It sends a request to https://example.com.'],
    });
    expect(await fetch('https://example.com', 'all')).toMatchObject({ verdict: 'allow', by: 'mode' });
    for (const url of ['file:///etc/passwd', 'javascript:1', 'https://me:key@example.com', 'no address'])
      expect(await fetch(url, 'all')).toMatchObject({ verdict: 'deny' });
  });
});
