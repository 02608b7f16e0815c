/** The command line itself: help, words that do not fit, readers that go away. */
import { describe, expect, it } from 'vitest';
import { USAGE, usageOf } from '../../src/cli/args.ts';
import { backendOf } from '../../src/cli/backend.ts';
import { ascent, sampleProject, start } from './ascent.ts';

const commands = [...new Set([...USAGE.matchAll(/^ {2}ascent ([a-z]+)/gm)].map(([, name]) => name ?? ''))];

describe('help', () => {
  const place = { work: process.cwd(), state: '/nonexistent' };

  it.each(commands)('tells of %s alone', command => {
    const told = usageOf(command) ?? '';
    expect(told.match(/^ {2}ascent [a-z]+/gm)?.every(line => line.endsWith(` ${command}`))).toBe(true);
    expect(told.includes('--approve MODE')).toBe(['run', 'resume', 'context'].includes(command));
  });

  it('is there in every way that people ask for it', async () => {
    const asked = await ascent(['log', 'x', '--help'], place);
    expect(asked).toMatchObject({ code: 0, out: usageOf('log'), err: '' });
    expect(await ascent(['help', 'log'], place)).toMatchObject({ code: 0, out: asked.out });
    expect((await ascent(['rules', '-h'], place)).out).toContain('ascent rules deny');
  });

  it('of a command that is not there says so', async () => {
    expect(await ascent(['rum', '--help'], place)).toMatchObject({ code: 2, out: '' });
  });

  it('a prompt may ask for help', async () => {
    const { err } = await ascent(['run', '--base-url', 'ftp://x', '--', '--help'], place);
    expect(err).toContain("is not a backend's address");
  });
});

it.each([
  [['log', 'a', 'b'], 'What is "b"?'],
  [['stop', 'a', 'b'], 'What is "b"?'],
  [['context', 'a', 'b', '--undo'], 'What is "b"?'],
  [
    ['run', '--profile', 'vlm', '--base-url', 'http://127.0.0.1:1', 'x'],
    'There is no profile "vlm". Known: vllm,',
  ],
  [['run', '--bogus', 'x'], "Unknown option '--bogus'.\n"],
])('refuses %j', async (args, words) => {
  const { code, out, err } = await ascent(args, { work: process.cwd(), state: '/nonexistent' });
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(words);
});

it.each(['resume', 'context'])('%s takes its options before the session, too', async command => {
  const { err } = await ascent([command, '--base-url', 'standin:', 'no-such-session'], sampleProject());
  expect(err).toBe('There is no session no-such-session.\n');
});

describe('a reader that goes away', () => {
  const task = ['--base-url', 'standin:?speed=0', '--approve', 'all', 'make the failing test pass'];

  it('of the words alone: the run goes on to its end', async () => {
    const { child, finished } = start(['run', ...task], sampleProject());
    child.stderr?.destroy();
    expect((await finished).code).toBe(0);
  });

  it('of the events: the run is cut off, and does not say that it was done', async () => {
    const { child, printed, finished } = start(['run', '--json', ...task], sampleProject());
    await printed(/\n/);
    child.stdout?.destroy();
    expect((await finished).code).toBe(130);
  });

  it('of a list: all is well', async () => {
    const { child, finished } = start(['--help'], sampleProject());
    child.stdout?.destroy();
    expect((await finished).code).toBe(0);
  });
});

it('an empty variable of the environment is none', () => {
  const env = { ASCENT_BASE_URL: '', ASCENT_MODEL: '', ASCENT_PROFILE: '' };

  expect(backendOf({}, env)).toMatchObject({ standIn: true });
  expect(() => backendOf({ 'base-url': '' }, env)).toThrow('is not a backend');
});
