/** `ascent rules`, with a terminal that is none: its streams are texts, and it says that a person sits there. */
import { realpathSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/cli/rules.ts';
import type { Io } from '../../src/cli/run.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { ascent, sampleProject } from './ascent.ts';

function terminal(isTTY = true) {
  const cwd = realpathSync(temporaryDirectory());
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = {
    env: { ASCENT_STATE_DIR: `${cwd}/state` },
    cwd,
    stdin: Object.assign(Readable.from([]), { isTTY }),
    stdout,
    stderr,
    onInterrupt: () => () => {},
  };
  const told = (stream: PassThrough): string => String(stream.read() ?? '');
  return {
    cwd,
    async run(...args: string[]) {
      const code = await rules(args, io).catch(error => (error as Error).message);
      return { code, out: told(stdout), err: told(stderr) };
    },
  };
}

describe('ascent rules', () => {
  it('keeps, lists and removes them', async () => {
    const { run, cwd } = terminal();
    expect(await run()).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('No rules are kept'),
    });
    await run('allow', 'npm test');
    await run('deny', '--everywhere', 'git push');
    await run('deny', '--path', 'migrations/**', '--write-only');
    const { out } = await run();
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(out).toContain(`allow  \`npm test\` in \`${cwd}\` and below · ${cwd} · since `);
    expect(out).toContain('never  `git push` · all workspaces');
    expect(out).toContain(`never  writing \`migrations/**\` · ${cwd}`);
    const listed = (await run('--json')).out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(listed.map(held => held.rule.kind).sort()).toEqual(['argv', 'denyCommand', 'denyPath']);
    for (const { id } of listed) expect((await run('remove', id)).code).toBe(0);
    expect((await run()).out).toBe('');
    expect((await run('remove', listed[0].id)).code).toContain('There is no rule');
  });

  it.each([
    [['allow', 'npm test | sh'], 'one plain command'],
    [['allow', 'npm test > x'], 'one plain command'],
    [['allow', 'echo $HOME'], 'one plain command'],
    [['allow', ''], 'one plain command'],
    [['deny'], 'one plain command'],
    [['allow', '--path', 'x'], 'not allowed'],
    [['deny', 'git push', '--path', 'x'], 'not both'],
    [['deny', '--path', ' '], 'empty'],
    [['forbid', 'x'], 'no "ascent rules forbid"'],
    [['remove', '../x'], 'no rule'],
  ])('refuses %j with a clear line', async (args, words) => {
    const { run } = terminal();
    expect((await run(...args)).code).toContain(words);
    expect((await run()).out).toBe('');
  });

  it('changes nothing where no person sits: the agent has no terminal', async () => {
    const { run } = terminal(false);
    for (const args of [
      ['allow', 'npm test'],
      ['deny', 'ls'],
      ['remove', 'x'],
    ])
      expect((await run(...args)).code).toContain('changed by a person');
    expect(await run()).toMatchObject({ code: 0, out: '' });
  });
});

it('a plan is made on the command line without any change', async () => {
  const place = sampleProject();
  const task = 'make the failing test pass';
  const planned = await ascent(
    ['run', '--json', '--approve', 'plan', '--base-url', 'standin:?speed=0', task],
    place,
  );
  expect(planned.code).toBe(0);
  const events = planned.events();
  expect(events.some(e => e.type === 'tool.intent' && e.effects.some(effect => effect.kind === 'file'))).toBe(
    false,
  );
  expect(events.filter(e => e.type === 'tool.decided' && e.verdict === 'deny')).toMatchObject([
    { by: 'mode' },
  ]);
  // Another mode when it goes on: the session is not in plan mode any more.
  const id = events[0]?.type === 'session.started' ? events[0].id : '';
  const next = ['run', '--json', '--resume', id, '--approve', 'all', '--base-url', 'standin:?speed=0', task];
  const done = await ascent(next, place);
  expect(done.code).toBe(0);
  expect(done.events().some(e => e.type === 'tool.intent')).toBe(true);
});
