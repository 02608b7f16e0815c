import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin, type StandinOptions } from '../../src/standin/standin.ts';
import { ascent, cli, sampleProject, start } from './ascent.ts';

const FAST = 'standin:?speed=0';
const TASK = 'make the failing test pass';

function sampleTests(work: string): 'pass' | 'fail' {
  try {
    execFileSync(process.execPath, ['--test'], { cwd: work, stdio: 'pipe' });
    return 'pass';
  } catch {
    return 'fail';
  }
}

/** A stand-in behind a real port, as a backend on this machine would be. */
async function backend(options: StandinOptions = {}): Promise<string> {
  const server = await serveStandin(
    createStandin({ tokensPerSecond: 0, models: ['kimi-k2-thinking'], ...options }),
    0,
  );
  onTestFinished(() => server.close());
  return server.url;
}

const sessionIn = (text: string) => /Session (\S+)/.exec(text)?.[1] ?? '';

describe('ascent run', () => {
  it('makes the failing test of the sample pass', async () => {
    const place = sampleProject();
    expect(sampleTests(place.work)).toBe('fail');
    const { code, out, err } = await ascent(['run', '--approve', 'all', '--base-url', FAST, TASK], place);
    expect(err).toContain('Stand-in backend: scripted, no model.');
    expect(out).not.toBe('');
    expect(code).toBe(0);
    expect(sampleTests(place.work)).toBe('pass');
  });

  it('prints each event of the session as one JSON line, all of them and in order', async () => {
    const place = sampleProject();
    const run = await ascent(['run', '--json', '--approve', 'all', '--base-url', FAST, TASK], place);
    const events = run.events();
    expect(events.map(e => e.seq)).toEqual(events.map((_, i) => i));
    expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
    const [opening] = events;
    if (opening?.type !== 'session.started') throw new Error(`began with ${opening?.type}`);
    const log = await ascent(['log', opening.id, '--json'], place);
    expect(log.out).toBe(run.out);
    const printed = await ascent(['log', opening.id], place);
    expect(printed.err).toBe('');
    expect(printed.out).toMatch(new RegExp(`^> ${TASK}\\n[\\s\\S]*✓ Ran npm test[\\s\\S]*Done after`));
    const listed = await ascent(['sessions'], place);
    expect(listed.out).toContain(`${opening.id}  `);
    expect(listed.out).toContain(TASK);
  });

  it('does nothing unasked when nobody can be asked, and says so with exit code 4', async () => {
    const place = sampleProject();
    const { code } = await ascent(['run', '--base-url', FAST, TASK], place);
    expect(code).toBe(4);
    expect(sampleTests(place.work)).toBe('fail');
  });

  it('ends with exit code 3 at the step limit, and goes on when it is resumed', async () => {
    const place = sampleProject();
    const args = ['--approve', 'all', '--base-url', FAST];
    const first = await ascent(['run', '--max-steps', '2', ...args, TASK], place);
    expect(first.code).toBe(3);
    const second = await ascent(['resume', sessionIn(first.err)], place);
    expect(second.code).toBe(0);
    expect(sampleTests(place.work)).toBe('pass');
  });

  it('ends with exit code 3 before a cost limit is passed, and shows what was paid', async () => {
    const place = sampleProject();
    const priced = ['--base-url', await backend(), '--profile', 'moonshot-cn'];
    const args = ['--approve', 'all', ...priced, TASK];
    const refused = await ascent(['run', '--max-cost', '0.1', ...args], place);
    expect(refused.err).toMatch(/The limit of CNY 0\.10 for this session would be passed/);
    expect(refused.err).toContain('--max-cost');
    expect(refused.code).toBe(3);
    const paid = await ascent(['run', '--max-cost', '5', '--max-cost-per-day', '5', ...args], place);
    expect(paid.code).toBe(0);
    const ledger = await ascent(['costs', sessionIn(paid.err), '--json'], place);
    const entries = ledger.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const sum = entries.reduce((all, entry) => all + entry.cost.amount, 0);
    expect(entries.length).toBeGreaterThan(2);
    expect((await ascent(['costs', sessionIn(paid.err)], place)).out).toMatch(/CNY \d\.\d{4} {2}session/);
    const today = JSON.parse((await ascent(['costs', '--json'], place)).out);
    expect(today.spent).toEqual([{ amount: expect.closeTo(sum, 9), currency: 'CNY' }]);
    const over = await ascent(['run', '--max-cost-per-day', String(sum), ...args], place);
    expect(over.err).toContain('for all sessions of a day');
    expect(over.code).toBe(3);
  });

  it.each([
    ['Ctrl+C', 'SIGINT', 130],
    ['a crash', 'SIGKILL', null],
  ] as const)('goes on after %s', async (_what, signal, code) => {
    const place = sampleProject();
    const first = start(['run', '--approve', 'all', '--base-url', 'standin:?speed=300', TASK], place);
    await first.printed(/✓ \w+/);
    first.child.kill(signal);
    const cut = await first.finished;
    expect(cut.code).toBe(code);
    expect((await ascent(['resume', sessionIn(cut.err)], place)).code).toBe(0);
    expect(sampleTests(place.work)).toBe('pass');
  });

  it('goes on at another backend when it is told to, and else where the session was', async () => {
    const place = sampleProject();
    const first = await backend({ models: ['kimi-k2-thinking'] });
    const only = ['run', '--approve', 'all', '--max-steps', '2', '--base-url', first, TASK];
    const begun = await ascent(only, place);
    expect(begun.code).toBe(3);
    expect(begun.err).not.toContain('Stand-in');
    const id = sessionIn(begun.err);
    const backends = async () =>
      (await ascent(['log', id, '--json'], place))
        .events()
        .flatMap(e =>
          e.type === 'session.changed' && e.backend ? `${e.backend.baseUrl} ${e.backend.model}` : [],
        );
    const same = await ascent(['resume', id, '--max-steps', '1', '--base-url', first], place);
    expect(same.code).toBe(3);
    const env = { ASCENT_BASE_URL: FAST };
    const own = await ascent(['resume', id, '--max-steps', '1'], place, { env });
    expect(own.err).not.toContain('Stand-in');
    expect(await backends()).toEqual([]);
    const second = await backend({ models: ['kimi-k2.6'] });
    expect((await ascent(['resume', id, '--base-url', second], place)).code).toBe(0);
    expect(await backends()).toEqual([`${second} kimi-k2.6`]);
    expect(sampleTests(place.work)).toBe('pass');
  });

  it('talks to a backend over the network, with the key from the variable it is told', async () => {
    const place = sampleProject();
    const url = await backend({ apiKey: 'k-right', models: ['kimi-k2.6'], profile: 'moonshot' });
    const args = [
      '--base-url',
      url,
      '--api-key-env',
      'MY_KEY',
      '--profile',
      'moonshot',
      '--model',
      'kimi-k2.6',
    ];
    const env = { MY_KEY: 'k-right' };
    const { code, out, err } = await ascent(['run', '--approve', 'all', ...args, TASK], place, { env });
    expect(out + err).not.toContain('k-right');
    expect(code).toBe(0);
    // Which backend a key is for only people can say.
    const resume = ['resume', sessionIn(err), '--api-key-env', 'MY_KEY', 'and again'];
    const keyless = await ascent(resume, place, { env });
    expect(keyless.code).toBe(1);
    expect(keyless.err).toContain(`add --base-url ${url}.`);
    expect((await ascent([...resume, '--base-url', url], place, { env })).code).toBe(0);
    expect((await ascent(['log', sessionIn(err), '--json'], place)).out).not.toContain('session.changed');
    expect(sampleTests(place.work)).toBe('pass');
  });
});

it('says its version, as the package has it', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { code, out } = await ascent(['--version'], sampleProject());
  expect([code, out]).toEqual([0, `ascent ${version}\n`]);
});

describe('bad input gets a clear error and loses nothing', () => {
  it.each([
    ['no prompt', ['run'], 'There is no prompt'],
    ['an empty prompt', ['run', '  '], 'There is no prompt'],
    ['an unknown command', ['dance'], 'There is no command "dance"'],
    ['an unknown option', ['run', '--fast', 'x'], '--fast'],
    ['a mode that is none', ['run', '--approve', 'some', 'x'], '--approve must be plan, ask, edits or all'],
    ['a limit that is none', ['run', '--max-steps', '0', 'x'], '--max-steps'],
    ['a folder that is not there', ['run', '--cwd', 'nowhere', 'x'], 'There is no folder'],
    ['an address that is none', ['run', '--base-url', 'here', 'x'], 'not a backend'],
    ['a session without its id', ['resume'], 'Which session?'],
  ])('%s: exit code 2', async (_what, args, said) => {
    const { code, err } = await ascent(args, sampleProject());
    expect(err).toContain(said);
    expect(code).toBe(2);
  });

  it.each([
    ['a session that is not there', ['resume', '20200101-000000-none'], /There is no session/],
    [
      'a key over plain http to another machine',
      ['run', '--base-url', 'http://192.0.2.1/v1', 'x'],
      /not sent/,
    ],
  ])('%s: exit code 1', async (_what, args, said) => {
    const { code, out, err } = await ascent(args, sampleProject(), { env: { ASCENT_API_KEY: 'k-secret' } });
    expect(out + err).toMatch(said);
    expect(out + err).not.toContain('k-secret');
    expect(code).toBe(1);
  });

  it.each([
    ['a wrong key', { apiKey: 'k-right' }, /key/],
    ['a model that the backend does not serve', { models: ['another-model'] }, /kimi-k2-thinking/],
  ])('%s: exit code 1', async (_what, options, said) => {
    const url = await backend(options);
    const env = { ASCENT_API_KEY: 'k-wrong' };
    const { code, err } = await ascent(
      ['run', '--base-url', url, '--model', 'kimi-k2-thinking', 'x'],
      sampleProject(),
      { env },
    );
    expect(err).toMatch(said);
    expect(err).not.toContain('k-wrong');
    expect(code).toBe(1);
  });

  it('a backend that is not there: exit code 1', async () => {
    const server = await serveStandin(createStandin(), 0);
    await server.close();
    const { code, err } = await ascent(['run', '--base-url', server.url, 'x'], sampleProject());
    expect(err).toMatch(/does not answer\.\s+Start it, or choose another\./);
    expect(code).toBe(1);
  });

  it('a backend that goes away in mid-stream is asked again, and nothing happens twice', async () => {
    const place = sampleProject();
    const url = await backend({ faults: [{ request: 3, kind: 'cutInArguments' }] });
    const run = await ascent(['run', '--json', '--approve', 'all', '--base-url', url, TASK], place);
    expect(run.code).toBe(0);
    const calls = run.events().flatMap(e => (e.type === 'tool.intent' ? [e.callId] : []));
    expect(new Set(calls).size).toBe(calls.length);
    const [opening] = run.events();
    const id = opening?.type === 'session.started' ? opening.id : '';
    const health = await ascent(['log', id, '--wire'], place);
    expect(health.out).toMatch(/Thinking comes under +reasoning \(\d+\)/);
    expect(health.out).toMatch(/Retries\n {2}1 × .* Asked again\./);
    expect(sampleTests(place.work)).toBe('pass');
  });
});

it('is a script that a shell can start', () => {
  expect(readFileSync(cli, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
});
