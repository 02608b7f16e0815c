/** Commands outlive the window that started them: whoever opens the session next finds out, and runs nothing again. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRunning, thisMachine } from '../../src/host/processes.ts';
import type { Effect } from '../../src/protocol/access.ts';
import type { Session } from '../../src/session/sessions.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { until } from '../until.ts';
import { output, type Workshop, workshop } from './workshop.ts';

const done = [reply({ text: 'Done.' })];
const command = (line: string, seconds?: number) =>
  call('c', 'run_command', { command: line, ...(seconds && { timeout_seconds: seconds }) });
/** Counts its runs, says so, and waits for a word. */
const patient = 'echo run >> runs.txt; echo $$ > pid; echo ready; until [ -e go ]; do sleep 0.02; done';

/** A session whose window went away while the command ran. */
async function left(shop: Workshop, line: string, seconds?: number): Promise<string> {
  const session = await shop.start(scriptedModel([[reply({ calls: [command(line, seconds)] })]]), 'all');
  await session.send('go');
  await output(session, 'ready');
  await session.close();
  expect(isRunning(Number(shop.read('pid')))).toBe(true);
  return session.id;
}
async function back(shop: Workshop, id: string) {
  const model = scriptedModel([done, done]);
  const session = await shop.reopen(id, model);
  expect(session.interrupted).toBe(true);
  return { session, told: () => model.requests[0]?.findLast(message => message.role === 'tool')?.text };
}
const resultIn = async (shop: Workshop, id: string) =>
  (await shop.events(id)).findLast(event => event.type === 'tool.result')!;
const card = (session: Session) => session.transcript.items.find(item => item.kind === 'tool')!;
/** The process that leads the command's group. */
async function wrapperOf(shop: Workshop, id: string): Promise<number> {
  const intent = (await shop.events(id)).findLast(event => event.type === 'tool.intent')!;
  const [effect] = intent.effects;
  const spool = effect?.kind === 'command' ? effect.spool : undefined;
  return Number(/started (\d+)/.exec(readFileSync(`${spool}.status`, 'utf8'))![1]);
}
const gone = (pid: number) => until(() => !isRunning(pid));

describe.skipIf(process.platform === 'win32')('a command whose window went away', { timeout: 60_000 }, () => {
  it('goes on in the card of the next window, and its result comes when it ends', async () => {
    await using shop = workshop();
    const id = await left(shop, `${patient}; seq 1 20000; exit 3`);
    const { session, told } = await back(shop, id);
    await session.resume();
    // What it had printed is shown again.
    await output(session, 'ready');
    expect(card(session)).toMatchObject({ state: 'running' });
    shop.write('go', '');
    await session.settled();
    expect(shop.read('runs.txt')).toBe('run\n');
    expect(told()).toMatch(/^ready\n1\n2\n/);
    expect(told()).toMatch(/\n20000\n\[exit code 3\]$/);
    expect(card(session)).toMatchObject({ state: 'done', display: { outcome: { exitCode: 3 } } });
    expect(session.transcript.head.status).toBe('idle');
  });

  it('reports its real result when it finished meanwhile', async () => {
    await using shop = workshop();
    const id = await left(shop, `${patient}; echo finished; exit 7`);
    const pid = await wrapperOf(shop, id);
    shop.write('go', '');
    await gone(pid);
    const { session, told } = await back(shop, id);
    await session.resume();
    await session.settled();
    expect(told()).toBe('ready\nfinished\n[exit code 7]');
    expect(shop.read('runs.txt')).toBe('run\n');
  });

  it('is ended by Stop, with all that it started', async () => {
    await using shop = workshop();
    const id = await left(shop, `trap '' TERM; sleep 1000 & ${patient}`);
    const { session } = await back(shop, id);
    await session.resume();
    await output(session, 'ready');
    const pids = [Number(shop.read('pid')), await wrapperOf(shop, id)];
    await session.stop();
    expect(session.running).toBe(false);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await resultIn(shop, id)).toMatchObject({
      isError: true,
      content: expect.stringContaining('[stopped before its end'),
    });
    await session.send('again');
    await session.settled();
    expect(session.transcript.head.status).toBe('idle');
  });

  it('has the time limit that it had', async () => {
    await using shop = workshop();
    const id = await left(shop, patient, 2);
    const { session, told } = await back(shop, id);
    await session.resume();
    await session.settled();
    expect(told()).toMatch(/^ready\n\[ended at its time limit of 2 s/);
    expect(card(session)).toMatchObject({ display: { outcome: { timedOutAfterMs: 2000 } } });
  });

  it('is ended at its time limit although nobody is there', async () => {
    await using shop = workshop();
    const id = await left(shop, patient, 2);
    await gone(await wrapperOf(shop, id));
    const { session, told } = await back(shop, id);
    await session.resume();
    await session.settled();
    expect(told()).toMatch(/^ready\n\[ended at its time limit of 2 s/);
  });

  it('is ended when the person goes on with something else, and the model hears how it went', async () => {
    await using shop = workshop();
    const id = await left(shop, patient);
    const { session, told } = await back(shop, id);
    await session.send('never mind');
    await session.settled();
    expect(isRunning(Number(shop.read('pid')))).toBe(false);
    expect(told()).toMatch(/^ready\n\[stopped before its end/);
  });

  it('is left running as often as windows come and go', async () => {
    await using shop = workshop();
    const id = await left(shop, `${patient}; echo finished`);
    for (let times = 0; times < 3; times++) {
      const { session } = await back(shop, id);
      await session.resume();
      await output(session, 'ready');
      await session.close();
    }
    shop.write('go', '');
    const { session, told } = await back(shop, id);
    await session.resume();
    await session.settled();
    expect(told()).toBe('ready\nfinished\n[exit code 0]');
    expect(shop.read('runs.txt')).toBe('run\n');
  });

  it.runIf(process.platform === 'linux')('loses nothing when its wrapper is killed alone', async () => {
    await using shop = workshop();
    const id = await left(shop, `${patient}; echo finished; exit 4`);
    process.kill(await wrapperOf(shop, id), 'SIGKILL');
    const { session, told } = await back(shop, id);
    await session.resume();
    await output(session, 'ready');
    shop.write('go', '');
    await session.settled();
    expect(told()).toBe('ready\nfinished\n[exit code 4]');
  });

  it('has an unknown outcome when all of it was killed, and the model gets what can be checked', async () => {
    await using shop = workshop();
    const id = await left(shop, patient);
    process.kill(-(await wrapperOf(shop, id)), 'SIGKILL');
    await gone(Number(shop.read('pid')));
    const { session, told } = await back(shop, id);
    await session.resume();
    await session.settled();
    expect(told()).toMatch(/^Outcome unknown: .*nothing recorded how it ended.*was not run again/);
    expect(told()).toMatch(/It began at \d{4}-/);
    expect(told()).toMatch(/What it had printed, the last of it at .*:\nready$/);
    expect(shop.read('runs.txt')).toBe('run\n');
    expect(card(session)).toMatchObject({
      state: 'failed',
      display: { outcome: { unknown: 'nothing recorded how it ended', exitCode: null, output: 'ready' } },
    });
  });
});

describe.skipIf(process.platform === 'win32')('a command of which only the intent is recorded', () => {
  /** The log as a crash between the intent and the start leaves it. */
  async function intended(shop: Workshop, more: Partial<Extract<Effect, { kind: 'command' }>>) {
    const first = await shop.start(scriptedModel([done]), 'all');
    await first.send('go');
    await first.settled();
    await first.close();
    const line = 'echo run >> runs.txt';
    const spool = `${shop.work}/../output.txt`;
    const { message, usage, timing } = reply({ calls: [command(line)] });
    await shop.append(first.id, [
      { type: 'turn.started', turn: 'crashed', maxSteps: 300 },
      { type: 'user.message', turn: 'crashed', text: 'more', context: [], steer: false },
      { type: 'step.started', turn: 'crashed', step: 1 },
      { type: 'assistant.message', turn: 'crashed', step: 1, contextWindow: 1000, message, usage, timing },
      {
        type: 'tool.intent',
        callId: 'c',
        effects: [{ kind: 'command', command: line, cwd: shop.work, spool, timeoutMs: 1000, ...more }],
      },
    ]);
    const { session, told } = await back(shop, first.id);
    await session.resume();
    await session.settled();
    return { told, ran: () => existsSync(`${shop.work}/runs.txt`) };
  }

  it('certainly did not run when the machine has run all the time: it runs now', async () => {
    await using shop = workshop();
    const { told, ran } = await intended(shop, { machine: thisMachine() });
    expect(ran()).toBe(true);
    expect(told()).toBe('[no output]\n[exit code 0]');
  });

  it.each([
    ['machine restarted', thisMachine().replace(/ \S* /, ' another-boot '), 'the machine was restarted'],
    ['other machine', `another ${thisMachine()}`, 'another machine or in another container'],
    ['unknown machine', undefined, 'nothing recorded how it ended'],
  ])('%s: it may have run, so it does not run now', async (_, machine, why) => {
    await using shop = workshop();
    const { told, ran } = await intended(shop, { machine });
    expect(ran()).toBe(false);
    expect(told()).toContain('Outcome unknown');
    expect(told()).toContain(why);
  });
});
