/** Plan mode through a real session: whatever a model calls, nothing changes; and it is told, without touching the prefix. */
import { symlinkSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAN_OFF, PLAN_ON } from '../../../src/agent/planMode.ts';
import { createNodeHost } from '../../../src/host/nodeHost.ts';
import type { ToolCall } from '../../../src/protocol/message.ts';
import { createPlanVeto } from '../../../src/session/rules/planVeto.ts';
import { createTools } from '../../../src/tools/catalog.ts';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';
import { pending, when, workshop } from '../workshop.ts';

const done = [reply({ text: 'The plan: ...' })];
const run = (command: string, more: object = {}) => ({ name: 'run_command', args: { command, ...more } });

/** Every way to change something that the tools offer, and some that they should not. */
const attempts: { name: string; args: object }[] = [
  { name: 'write_file', args: { path: 'new.txt', content: 'x' } },
  { name: 'write_file', args: { path: 'a.txt', content: 'x' } },
  { name: 'write_file', args: { path: 'link/x.txt', content: 'x' } },
  { name: 'write_file', args: { path: 'dangling', content: 'x' } },
  { name: 'write_file', args: { path: '.git/hooks/pre-commit', content: 'x' } },
  { name: 'write_file', args: { path: '/tmp/ascent-plan-escape', content: 'x' } },
  { name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } },
  { name: 'edit_file', args: { path: 'link/../a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } },
  ...[
    'echo x > a.txt',
    'cat b.txt >> a.txt',
    'ls > new.txt',
    'sed -i s/one/two/ a.txt',
    "sed -n 'w new.txt' a.txt",
    'sed --expression="1w new.txt" a.txt',
    'git init .',
    'git apply patch.diff',
    'echo x | tee a.txt',
    'tee a.txt < b.txt',
    'node -e "require(`fs`).writeFileSync(`a.txt`, `x`)"',
    "python3 -c \"open('a.txt', 'w')\"",
    'perl -pi -e s/one/two/ a.txt',
    'awk \'{ print > "new.txt" }\' a.txt',
    'sort -o a.txt a.txt',
    'find . -name a.txt -delete',
    'find . -name a.txt -exec rm {} +',
    'cp b.txt a.txt',
    'mv a.txt c.txt',
    'ln -sf /etc/passwd a.txt',
    'rm -f a.txt',
    'truncate -s 0 a.txt',
    'dd if=b.txt of=a.txt',
    'touch new.txt',
    'mkdir new',
    'chmod 777 a.txt',
    'bash script.sh',
    './script.sh',
    'env ./script.sh',
    'xargs touch < b.txt',
    'ls; touch new.txt',
    'ls && $(touch new.txt)',
    'cat <(touch new.txt)',
    'eval "touch new.txt"',
    ': > a.txt',
    'ls\n>a.txt',
    'curl -o new.txt http://127.0.0.1:1/',
    'npm test',
  ].map(command => run(command)),
  run('touch new.txt', { cwd: 'link' }),
];

/** Everything that lies there, with its content. */
async function picture(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    found[file] = entry.isSymbolicLink()
      ? `-> ${await readlink(file)}`
      : entry.isFile()
        ? await readFile(file, 'utf8')
        : 'directory';
  }
  return found;
}

describe('plan mode', () => {
  it('changes nothing, whatever is tried, with every rule granted, and says what to do instead', async () => {
    await using shop = workshop();
    const tried = attempts.map((attempt, i): ToolCall => call(`t${i}`, attempt.name, attempt.args));
    for (const file of ['a.txt', 'b.txt', 'elsewhere/keep']) shop.write(file, 'one\n');
    shop.write('script.sh', '#!/bin/sh\ntouch new.txt\n');
    shop.write('package.json', '{"scripts":{"test":"touch new.txt"}}');
    symlinkSync('elsewhere', path.join(shop.work, 'link'));
    symlinkSync('nowhere', path.join(shop.work, 'dangling'));
    await shop.rules.add({ kind: 'edits' }, { destination: 'user' });
    for (const words of [['npm', 'test'], ['touch', 'new.txt'], ['./script.sh']])
      await shop.rules.add({ kind: 'argv', words }, { destination: 'user' });

    const model = scriptedModel([
      [
        reply({
          calls: [call('r', 'read_file', { path: 'a.txt' }), call('l', 'run_command', { command: 'ls -a' })],
        }),
      ],
      [reply({ calls: tried })],
      done,
    ]);
    const session = await shop.start(model, 'plan');
    const before = await picture(shop.work);
    await session.send('plan it');
    await session.settled();
    expect(session.transcript.head.pending).toEqual([]);
    expect(await picture(shop.work)).toEqual(before);

    const results = new Map(
      (await shop.events(session.id)).flatMap(e =>
        e.type === 'tool.result' ? [[e.callId, e] as const] : [],
      ),
    );
    expect(results.get('r')?.isError).toBe(false);
    expect(results.get('l')?.content).toContain('script.sh');
    for (const one of tried) {
      expect(results.get(one.id), one.arguments).toMatchObject({ isError: true });
      // Some fail before that: a path that leads nowhere, a directory that is not there.
      if (!/dangling/.test(one.arguments))
        expect(results.get(one.id)?.content, one.arguments).toMatch(/Plan mode is on: .*Propose the change/);
    }
  });

  it('knows every tool there is: a new one that changes something needs a line in the attempts', () => {
    const kit = {
      host: createNodeHost({ roots: ['/'] }),
      seen: { hashOf: () => undefined },
      memory: { all: () => [] },
      spoolDir: '/tmp',
      maxCommandSeconds: 1,
    };
    const tried = new Set(attempts.map(attempt => attempt.name));
    const changing = createTools(kit).filter(tool => !tool.readOnly && tool.name !== 'ask_user');
    expect(changing.map(tool => tool.name).filter(name => !tried.has(name))).toEqual([]);
  });

  it('is told to the model in the message, and once when the mode changes; what was sent keeps its bytes', async () => {
    await using shop = workshop();
    const model = scriptedModel([
      done,
      done,
      [reply({ calls: [call('c', 'run_command', { command: 'touch x' })] })],
      done,
      done,
    ]);
    const session = await shop.start(model, 'plan');
    await session.send('first');
    await session.settled();
    await session.send('second');
    await session.settled();
    await session.setMode('ask');
    await session.send('go');
    const asked = await pending(session);
    await session.setMode('plan');
    await session.settled();
    await session.setMode('edits');
    await session.send('last');
    await session.settled();
    expect(asked.callId).toBe('c');

    const users = model.requests.map(request => request.filter(m => m.role === 'user').map(m => m.text));
    expect(users[0]).toEqual([`first\n\n${PLAN_ON}`]);
    expect(users[1]?.at(-1)).toBe(`second\n\n${PLAN_ON}`);
    expect(users[2]?.at(-1)).toBe(`go\n\n${PLAN_OFF}`);
    // In the middle of the turn it became plan mode: said before the next step.
    expect(users[3]?.at(-1)).toBe(PLAN_ON);
    expect(users[4]?.at(-1)).toBe(`last\n\n${PLAN_OFF}`);
    for (const [i, request] of model.requests.entries())
      if (i > 0) expect(request.slice(0, model.requests[i - 1]!.length)).toEqual(model.requests[i - 1]);

    await session.close();
    const again = await shop.reopen(session.id, scriptedModel([...Array(5).fill(done), done]));
    await again.send('after');
    await again.settled();
    const reopened = await shop.events(session.id);
    expect(reopened.filter(e => e.type === 'user.message').at(-1)).toMatchObject({ text: 'after' });
  });

  it('leaves commands that look alone, and asks where they look outside', async () => {
    await using shop = workshop();
    const model = scriptedModel([
      [reply({ calls: [call('c', 'run_command', { command: 'cat /etc/hostname' })] })],
      done,
    ]);
    const session = await shop.start(model, 'plan');
    await session.send('look');
    const asked = await pending(session);
    session.approve('c', asked.nonce, 'once');
    await when(session, () => session.transcript.items.find(i => i.kind === 'tool' && i.state === 'done'));
    await session.settled();
  });
});

describe('beneath the tools', () => {
  it('the host itself writes and starts nothing while planning, whatever a tool forgot to say', async () => {
    const directory = temporaryDirectory();
    let mode: 'plan' | 'all' = 'plan';
    const plain = createNodeHost({ roots: [directory] });
    const veto = createPlanVeto(plain, () => mode);
    const file = path.join(directory, 'a.txt');
    const spec = {
      command: 'touch b.txt',
      cwd: directory,
      timeoutMs: 5000,
      outputFile: path.join(directory, 'out'),
    };
    const signal = new AbortController().signal;
    await expect(veto.host.write(file, 'x', null)).rejects.toThrow('Plan mode is on');
    await expect(veto.host.run(spec, () => {}, signal)).rejects.toThrow('Plan mode is on');
    expect(await readdir(directory)).toEqual([]);
    // Reading stays what it was.
    expect(await veto.host.list(directory)).toEqual([]);
    expect(veto.host.roots).toEqual([directory]);
    mode = 'all';
    await veto.host.write(file, 'x', null);
    await veto.host.run(spec, () => {}, signal);
    expect(await veto.host.list(directory)).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
  });
});
