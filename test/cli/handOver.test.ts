/** A session moves between processes: followed, refused, handed over, stopped, gone on with after its holder was killed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { ascent, cli, type Place, sampleProject, start } from './ascent.ts';

/** Tokens in a second: so few that it is not over before others have come to it. */
const SLOW = 'standin:?speed=100';
const FAST = 'standin:?speed=0';
const TASK = 'make the failing test pass';
const idIn = (text: string) => /Session (\S+)/.exec(text)?.[1] ?? '';

/** A run that is under way in a process of its own, and slow. */
async function running(place: Place, ...more: string[]) {
  const run = start(['run', '--approve', 'all', '--base-url', SLOW, ...more, TASK], place);
  await run.printed(/✓ \w+/);
  return { run, id: idIn(run.text()) };
}
const eventsOf = async (id: string, place: Place) =>
  (await ascent(['log', id, '--json'], place)).events().map(event => event.type);

describe('a session that another process holds', () => {
  it('is refused with who holds it, and handed over to who asks; the run goes on there and ends once', async () => {
    const place = sampleProject();
    const { run, id } = await running(place);
    const refused = await ascent(['resume', id], place);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(`(process ${run.child.pid})`);
    expect((await ascent(['sessions'], place)).out).toContain('running on a command line');
    const taker = start(['resume', id, '--take-over', '--base-url', FAST], place);
    const first = await run.finished;
    expect(first.err).toContain('Handed over');
    expect(first.code).toBe(130);
    expect((await taker.finished).code).toBe(0);
    const types = await eventsOf(id, place);
    expect(types.filter(type => type === 'turn.resumed')).toHaveLength(1);
    expect(types.filter(type => type === 'turn.ended')).toHaveLength(1);
  });

  it('is followed live until it is killed, and then gone on with from anywhere, in its own folder', async () => {
    const place = sampleProject();
    const { run, id } = await running(place);
    const follower = start(['log', id, '--follow', '--json'], place);
    await follower.printed(/"type":"tool.result"/);
    run.child.kill('SIGKILL');
    await run.finished;
    // Seen without any word from the one that is gone.
    const followed = await follower.finished;
    expect(followed.code).toBe(0);
    expect(followed.out).toBe((await ascent(['log', id, '--json'], place)).out);
    expect((await ascent(['sessions'], place)).out).toContain('cut off');
    const elsewhere = { ...place, work: path.dirname(cli) };
    expect((await ascent(['resume', id, '--base-url', FAST], elsewhere)).code).toBe(0);
    expect(spawnSync(process.execPath, ['--test'], { cwd: place.work }).status).toBe(0);
  });

  it('stops when it is told to from outside', async () => {
    const place = sampleProject();
    const { run, id } = await running(place);
    expect((await ascent(['stop', id], place)).code).toBe(0);
    expect((await run.finished).code).toBe(130);
    const again = await ascent(['stop', id], place);
    expect(again.code).toBe(1);
    expect(again.err).toContain('Nothing runs');
  });
});

describe('in the background', () => {
  it('a question is left to who opens the session next, and the process is gone', async () => {
    const place = sampleProject();
    const first = start(['run', '--approve', 'ask', '--background', '--base-url', FAST, TASK], place);
    const left = await first.finished;
    expect(left.code).toBe(4);
    expect(left.err).toContain('It needs an answer');
    const id = idIn(left.err);
    const types = await eventsOf(id, place);
    expect(types).toContain('approval.requested');
    expect(types).not.toContain('turn.ended');
    expect((await ascent(['sessions'], place)).out).toContain('cut off');
  });

  it('the key comes on standard input, and stands in no argument, environment or file', async () => {
    const place = sampleProject();
    const key = 'sk-quite-secret-0123456789';
    const server = await serveStandin(
      createStandin({ tokensPerSecond: 400, models: ['kimi-k2-thinking'], apiKey: key }),
      0,
    );
    onTestFinished(() => server.close());
    const args = ['run', '--approve', 'all', '--api-key-stdin', '--base-url', server.url, TASK];
    const run = start(args, place, { input: `${key}\n` });
    await run.printed(/✓ \w+/);
    if (process.platform === 'linux')
      for (const file of ['cmdline', 'environ'])
        expect(readFileSync(`/proc/${run.child.pid}/${file}`, 'utf8')).not.toContain(key);
    run.child.kill('SIGTERM');
    expect((await run.finished).code).toBe(130);
    const { stdout } = spawnSync('grep', ['-rl', key, place.state, place.work], { encoding: 'utf8' });
    expect(stdout).toBe('');
    const empty = await ascent(args, place);
    expect(empty.code).toBe(2);
    expect(empty.err).toContain('nothing came on standard input');
  });
});

it.skipIf(process.platform === 'win32')(
  'two sessions in one folder work side by side: an edit of what the other changed is refused',
  async () => {
    const place = sampleProject();
    const run = (speed: number) =>
      start(['run', '--json', '--approve', 'all', '--base-url', `standin:?speed=${speed}`, TASK], place);
    const slow = run(600);
    await slow.printed(/"type":"tool.result".*"path":"[^"]*src\/money\.js"/);
    slow.child.kill('SIGSTOP');
    expect((await run(0).finished).code).toBe(0);
    slow.child.kill('SIGCONT');
    const events = (await slow.finished).events();
    const calls = events.flatMap(e => (e.type === 'assistant.message' ? e.message.toolCalls : []));
    const edits = new Set(calls.filter(call => call.name === 'edit_file').map(call => call.id));
    const results = events.flatMap(e => (e.type === 'tool.result' && edits.has(e.callId) ? e : []));
    expect(results[0]).toMatchObject({ isError: true, content: expect.stringMatching(/changed/) });
  },
  180_000,
);
