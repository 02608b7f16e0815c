/** What the sandbox adds to the verdict about a command. */
import { describe, expect, it } from 'vitest';
import type { Access } from '../../src/protocol/access.ts';
import type { ApprovalMode, Rule } from '../../src/protocol/approvals.ts';
import type { SandboxState } from '../../src/protocol/sandbox.ts';
import { guardedNames } from '../../src/safety/paths/guards.ts';
import { kindOfNames } from '../../src/safety/paths/names.ts';
import { createPolicy } from '../../src/safety/policy.ts';
import { parser } from './world.ts';

type Command = Extract<Access, { kind: 'command' }>;
const on: SandboxState = { state: 'on', network: false };
const gone: SandboxState = {
  state: 'unavailable',
  why: 'bubblewrap is not installed.',
  required: false,
  tolerated: false,
};

function judge(
  command: string,
  {
    sandbox = on,
    mode = 'ask',
    rules = [],
    ...more
  }: Partial<Command> & {
    sandbox?: SandboxState;
    mode?: ApprovalMode;
    rules?: Rule[];
  } = {},
) {
  const policy = createPolicy({
    parser,
    platform: 'linux',
    roots: ['/work/app'],
    home: '/home/me',
    resolve: async path => path,
    sandbox: async () => sandbox,
  });
  const held = rules.map((rule, i) => ({ id: String(i), destination: 'session' as const, rule, since: 0 }));
  return policy.decide([{ kind: 'command', command, cwd: '/work/app', ...more }], { mode, rules: held });
}
const granted: Rule = { kind: 'command', command: 'npm test', cwd: '/work/app' };

describe('inside the sandbox', () => {
  it('a verdict is what it is without', async () => {
    expect(await judge('ls')).toMatchObject({ verdict: 'allow' });
    expect(await judge('npm test')).toMatchObject({ verdict: 'ask' });
    expect(await judge('npm test', { rules: [granted] })).toMatchObject({ verdict: 'allow', by: 'rule' });
    expect(await judge('npm test', { mode: 'all' })).toMatchObject({ verdict: 'allow', by: 'mode' });
  });
});

describe('outside the sandbox', () => {
  it.each<[string, Parameters<typeof judge>[1]]>([
    ['a harmless command', {}],
    ['in mode "all"', { mode: 'all' }],
    ['with a rule for the command', { rules: [granted] }],
    ['with a rule for the command and the network', { rules: [{ ...granted, network: true }] }],
  ])('%s is asked about, and no rule is offered', async (_, more) => {
    for (const command of ['ls', 'npm test']) {
      const decision = await judge(command, { ...more, outside: true, why: 'it needs the docker daemon' });
      expect(decision.verdict).toBe('ask');
      expect(decision.offers).toBeUndefined();
      expect(decision.reasons[0]).toContain('outside the sandbox');
      expect(decision.reasons[1]).toContain('it needs the docker daemon');
    }
  });
});

describe('the network', () => {
  it('is asked about in every mode, and a rule for it can be given', async () => {
    for (const mode of ['ask', 'edits', 'all'] as const) {
      const decision = await judge('npm ci', { network: true, mode });
      expect(decision).toMatchObject({
        verdict: 'ask',
        offers: [{ destination: 'session', rule: { kind: 'command', command: 'npm ci', network: true } }],
      });
    }
  });
  it('is not opened by a rule for the command alone', async () => {
    expect(await judge('npm test', { network: true, rules: [granted] })).toMatchObject({ verdict: 'ask' });
    const rules = [{ ...granted, network: true }];
    expect(await judge('npm test', { network: true, rules })).toMatchObject({ verdict: 'allow', by: 'rule' });
    expect(await judge('npm test', { rules })).toMatchObject({ verdict: 'allow', by: 'rule' });
  });
  it('asks nothing where the person opened it for all commands', async () => {
    const sandbox: SandboxState = { state: 'on', network: true };
    expect(await judge('ls', { network: true, sandbox })).toMatchObject({ verdict: 'allow' });
  });
});

describe('when it cannot start', () => {
  it.each<ApprovalMode>(['ask', 'edits', 'all'])(
    'nothing runs unasked in mode "%s", and people are told',
    async mode => {
      for (const command of ['ls', 'npm test']) {
        const decision = await judge(command, { sandbox: gone, mode, rules: [granted] });
        expect(decision).toMatchObject({ verdict: 'ask', notice: { code: 'sandbox.unavailable' } });
        expect(decision.offers).toBeUndefined();
        expect(decision.reasons[0]).toContain('bubblewrap is not installed.');
      }
    },
  );
  it('nothing runs at all where it is required, unless a person lets it out', async () => {
    const sandbox: SandboxState = { ...gone, required: true };
    expect(await judge('ls', { sandbox, mode: 'all' })).toMatchObject({ verdict: 'deny' });
    expect(await judge('ls', { sandbox, mode: 'all', outside: true })).toMatchObject({ verdict: 'ask' });
  });
  it('commands run as judged where the person chose that, and people are told', async () => {
    const sandbox: SandboxState = { ...gone, tolerated: true };
    const decision = await judge('npm test', { sandbox, mode: 'all' });
    expect(decision).toMatchObject({ verdict: 'allow', by: 'mode', notice: { code: 'sandbox.unavailable' } });
    expect(await judge('ls', { sandbox })).toMatchObject({ verdict: 'ask' });
  });
});

describe('guarded names', () => {
  it('are those of the path policy', () => {
    for (const name of [
      'AGENTS.md',
      'a/.vscode/x.json',
      '.github/ci.yml',
      '.env',
      'a/.ssh/id_rsa',
      'x.pem',
      'src/a.ts',
    ]) {
      const components = name.split('/');
      const [first] = guardedNames.guardsOf(components);
      expect(first?.kind ?? 'ordinary', name).toBe(kindOfNames(components).kind);
    }
    expect(guardedNames.guardsOf(['a', '.vscode', 'x', '.env'])).toEqual([
      { kind: 'control', depth: 2 },
      { kind: 'secret', depth: 4 },
    ]);
  });
});
