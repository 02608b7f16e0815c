/** What people do at the same moment: each act finds the session as the one before left it. */
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { type Workshop, when, workshop } from './workshop.ts';

const command = (id: string, line: string) => call(id, 'run_command', { command: line });
const done = [reply({ text: 'Done.' })];
const told = (events: readonly SessionEvent[]) =>
  events.flatMap(e => {
    if (e.type === 'turn.started' || e.type === 'turn.resumed') return [e.type];
    if (e.type === 'turn.ended') return [`ended, ${e.reason}`];
    if (e.type === 'user.message') return [`${e.steer ? 'steer' : 'says'}: ${e.text}`];
    return e.type === 'checkpoint.taken'
      ? [`checkpoint ${e.when}${e.undoes === undefined ? '' : ' a restore'}`]
      : [];
  });

/** A session whose turn was cut off while the model was asked. */
async function cutOff(shop: Workshop) {
  const silence = (_: unknown, signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const session = await shop.start(scriptedModel([silence]));
  await session.send('one');
  await when(session, () => session.transcript.head.step === 1);
  await session.close();
  return shop.reopen(session.id, scriptedModel([done, done, done]));
}

describe('a message that comes while a cut-off turn is about to go on', () => {
  it('steers it', async () => {
    await using shop = workshop();
    const session = await cutOff(shop);
    await Promise.all([session.resume(), session.send('two')]);
    await session.settled();
    const [, ...events] = told(await shop.events(session.id));
    expect(events).toEqual(['says: one', 'turn.resumed', 'steer: two', 'ended, done']);
  });

  it('takes its place when it comes first', async () => {
    await using shop = workshop();
    const session = await cutOff(shop);
    await Promise.all([session.send('two'), session.resume()]);
    await session.settled();
    const [, ...events] = told(await shop.events(session.id));
    expect(events).toEqual(['says: one', 'ended, stopped', 'turn.started', 'says: two', 'ended, done']);
  });
});

describe('a message that comes while a restore writes files', () => {
  it('begins its turn when that is done', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [command('c1', 'echo two > a.txt')] })],
        done,
        [reply({ calls: [command('c2', 'cat a.txt > b.txt')] })],
        done,
      ]),
      'all',
    );
    await session.send('go');
    await session.settled();
    await Promise.all([session.checkpoints.restore({ to: { step: 1 } }), session.send('more')]);
    await session.settled();
    expect(shop.read('b.txt')).toBe('one\n');
    expect(told(await shop.events(session.id)).slice(4)).toEqual([
      'ended, done',
      'checkpoint before a restore',
      'checkpoint after a restore',
      'turn.started',
      'says: more',
      'checkpoint before',
      'checkpoint after',
      'ended, done',
    ]);
  });

  it('and so does whoever opens the session next', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([[reply({ calls: [command('c1', 'echo two > a.txt')] })], done]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await session.settled();
    const restored = session.checkpoints.restore({ to: { step: 1 } });
    await Promise.resolve();
    await session.close();
    expect(shop.read('a.txt')).toBe('one\n');
    expect((await restored).changes).toHaveLength(1);
  });
});

it('turns have names of their own, also when many begin within a millisecond and the clock is set back', async () => {
  await using shop = workshop();
  const times = [7, 7, 7, 7, 6, 7, 5];
  let now = 7;
  const session = await shop.start(scriptedModel(times.map(() => done)), 'all', { now: () => now });
  for (const time of times) {
    now = time;
    await session.send('go');
    await session.settled();
  }
  const turns = (await shop.events(session.id)).flatMap(e => (e.type === 'turn.started' ? [e.turn] : []));
  expect(turns).toHaveLength(times.length);
  expect(new Set(turns).size).toBe(times.length);
});
