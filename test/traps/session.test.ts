/** Traps 21, 23 and 24: what holds over a whole session. */
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { systemClock } from '../../src/standin/clock.ts';
import type { Fault } from '../../src/standin/faults.ts';
import { act, readFile, runCommand, type Scenario } from '../../src/standin/script.ts';
import { stepLimit } from '../session/limits.ts';
import { output, when } from '../session/workshop.ts';
import { bodies, type Played, type Setting, session, turn } from './field.ts';

const look = (n: number) => act(`Look ${n}.`, readFile({ path: `file-${n}.txt` }));

describe('trap 21: the system prompt and the tools keep their bytes, and the cache is hit at each step', () => {
  it('over steps, turns, another mode and a session opened anew', async () => {
    const played = await session({ profile: 'moonshot', replies: [1, 2, 3, 4].map(look) });
    await turn(played);
    await played.session.setMode('ask');
    await turn(played, 'and again');
    await played.session.close();
    const again = await played.shop.reopen(played.session.id, played.connect());
    await again.send('once more');
    await again.settled();
    const opening = bodies(played.standin).map(({ messages, tools }) => JSON.stringify([messages[0], tools]));
    expect(opening).toHaveLength(15);
    expect(new Set(opening).size).toBe(1);
    expect(played.standin.requests.slice(1).filter(r => r.cachedTokens === 0)).toEqual([]);
    // Within a turn each request is the one before, and more.
    const texts = bodies(played.standin).map(({ messages }) => JSON.stringify(messages).slice(0, -1));
    for (let at = 1; at < 5; at++) expect(texts[at]!.startsWith(texts[at - 1]!)).toBe(true);
  });
});

describe('trap 21: old outputs give way in one edit at a threshold', () => {
  it('so the cache is missed at that step alone', async () => {
    const print = (n: number) => act(`${n}.`, runCommand({ command: `echo ${n}; seq 1500` }));
    const replies = Array.from({ length: 16 }, (_, n) => print(n));
    const played = await session({ profile: 'moonshot', contextWindow: 40_000, replies });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    const trims = (await played.events()).filter(e => e.type === 'context.trimmed').length;
    expect(trims).toBeGreaterThan(0);
    const shrunk = played.standin.requests.filter(
      (r, at, all) => at > 0 && r.promptTokens < all[at - 1]!.promptTokens,
    );
    expect(shrunk).toHaveLength(trims);
    // System prompt and tools are hit even then.
    expect(played.standin.requests.slice(1).filter(r => r.cachedTokens === 0)).toEqual([]);
  });
});

describe('trap 23: a model that goes in circles', () => {
  const circling: Scenario = {
    name: 'circling',
    about: '',
    matches: () => true,
    next: ({ task }) =>
      act(
        'Once more.',
        runCommand({ command: task === 'poll' ? 'echo x >> polls; wc -l < polls' : 'cat none' }),
      ),
  };

  it('is told from the third identical call on, and stopped at the twelfth with words', async () => {
    const played = await session({ scenario: circling });
    expect(await turn(played)).toMatchObject({
      reason: 'stuck',
      failure: { kind: 'loop', message: expect.stringContaining('12 times in a row'), action: 'retry' },
    });
    const told = (await played.results()).map(r => r.content.includes('in a row'));
    expect(told).toEqual([false, false, ...Array(10).fill(true)]);
    expect(played.standin.requests).toHaveLength(12);
    // The model read it, too.
    expect(JSON.stringify(bodies(played.standin)[3].messages.at(-1))).toContain('3 times in a row');
  });

  it('is left alone while the outcome changes', async () => {
    const limits = () => stepLimit(20);
    const played = await session({ scenario: circling }, 'all', { limits });
    expect(await turn(played, 'poll')).toMatchObject({ reason: 'stepLimit' });
    expect(played.shop.read('polls')).toBe('x\n'.repeat(20));
  });

  it('and makes one call twice in a reply has it run once', async () => {
    const once = runCommand({ command: 'echo x >> once' });
    const played = await session({ profile: 'moonshot', replies: [act('Twice.', once, once)] });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    expect(played.shop.read('once')).toBe('x\n');
    expect(await played.results()).toHaveLength(2);
  });
});

describe('trap 24: long runs, with meters, and an end at any moment', () => {
  it('the default is no less than 300 steps (test/cli/longRun.test.ts makes them without any flag)', () => {
    const setting = manifest.contributes.configuration.properties['ascent.maxSteps'];
    expect(setting.default).toBeGreaterThanOrEqual(300);
  });

  it('steps, tokens and the window are there to be shown at each step', async () => {
    const played = await session({
      profile: 'moonshot',
      contextWindow: 99_000,
      replies: [1, 2, 3].map(look),
    });
    const steps: number[] = [];
    played.session.subscribe(() => steps.push(played.session.transcript.head.step));
    await turn(played);
    expect([...new Set(steps)]).toEqual([0, 1, 2, 3, 4]);
    const { head } = played.session.transcript;
    const sum = played.standin.requests.reduce((all, r) => all + r.promptTokens, 0);
    expect(head).toMatchObject({ maxSteps: 300, contextWindow: 99_000, total: { promptTokens: sum } });
    expect(head.contextTokens).toBeGreaterThan(played.standin.requests.at(-1)!.promptTokens);
  });

  const ten = 10 * 60_000;
  const moments: [string, Fault[], (played: Played) => Promise<unknown>, string][] = [
    ['in mid-stream', [{ kind: 'stall', afterChunks: 3, ms: ten }], live('reasoning.delta'), 'cancelled'],
    ['while a retry waits', [{ kind: 'overloaded', retryAfter: 500 }], live('step.waiting'), 'failed'],
  ];
  it.each(moments)('stop %s: idle at once, the socket closed', async (_, faults, moment, outcome) => {
    const played = await session({
      faults: faults.map(fault => ({ request: 1, ...fault })),
      client: { sleep: undefined },
    });
    await played.session.send('go');
    await moment(played);
    await played.session.stop();
    expect(played.session.running).toBe(false);
    expect((await played.events()).at(-1)).toMatchObject({ reason: 'stopped' });
    expect(played.standin.requests[0]?.outcome).toBe(outcome);
    expect(await turn(played, 'go on')).toMatchObject({ reason: 'done' });
  });

  it('stop before the first byte: the request is given up', async () => {
    const silent = Promise.withResolvers<void>();
    let hungUp = false;
    const sleep = (ms: number, signal: AbortSignal) => {
      silent.resolve();
      signal.addEventListener('abort', () => (hungUp = true));
      return systemClock.sleep(ms, signal);
    };
    const played = await session({
      faults: [{ request: 1, kind: 'silence', ms: ten }],
      clock: { now: Date.now, sleep },
    });
    await played.session.send('go');
    await silent.promise;
    await played.session.stop();
    expect(hungUp).toBe(true);
    expect(played.session.running).toBe(false);
    expect(await turn(played, 'go on')).toMatchObject({ reason: 'done' });
  });

  it('stop while a command runs: its process is gone', async () => {
    const replies = [act('Wait.', runCommand({ command: 'echo $$ > pid; echo here; sleep 600' }))];
    const played = await session({ replies } satisfies Setting);
    await played.session.send('go');
    await output(played.session, 'here');
    await played.session.stop();
    const pid = Number(played.shop.read('pid'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

function live(type: string) {
  return ({ session: s }: Played) => when(s, () => s.live.some(l => l.type === type));
}
