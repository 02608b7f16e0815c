/** Checkpoints between two looks around: exact in what the agent does. */
import { expect, it } from 'vitest';
import { createTaking } from '../../../src/session/checkpoints/taking.ts';
import { files, keeper, photograph, place } from './keeper.ts';
import { takeSteps } from './steps.ts';

const empty = (state: Record<string, string>) =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('/')));

it('of 40 steps of edits and commands each goes back to exactly what was there', async () => {
  const where = place();
  const k = keeper(where, { quietMs: 60_000 });
  const before = await takeSteps(k, where.work, 40, 7);
  for (const step of [40, 1, 23, 12, 39, 2, 17, 31, 8, 40]) {
    expect((await k.restore({ to: { step } })).conflicts).toEqual([]);
    expect(empty(photograph(where.work))).toEqual(empty(before[step - 1]!));
  }
});

it('start no git for an edit, and see at the next look what others changed', async () => {
  const where = place();
  const k = keeper(where, { quietMs: 60_000 });
  const w = files(where.work);
  w.write('mine', 'one');
  w.write('theirs', 'one');
  await k.step([], () => {});
  // After a command all is looked at.
  await k.step([w.at('mine')], () => w.write('mine', 'two'));
  const { PATH } = process.env;
  process.env.PATH = '';
  try {
    await k.step([w.at('mine')], () => w.write('mine', 'three'));
  } finally {
    process.env.PATH = PATH;
  }
  expect(k.events.filter(e => e.type === 'notice')).toEqual([]);
  w.write('theirs', 'two');
  await k.step([], () => w.write('mine', 'four'));
  await k.step([], () => w.write('theirs', 'three'));
  await k.endTurn();
  await k.restore({ to: { step: 5 } });
  expect([w.read('mine'), w.read('theirs')]).toEqual(['four', 'two']);
  await k.restore({ to: { step: 3 } });
  expect(w.read('mine')).toBe('two');
});

it('are not taken before a command that only looks', async () => {
  const where = place();
  const k = keeper(where);
  const taking = createTaking({
    stateDir: where.state,
    session: 's2',
    roots: () => [where.work],
    fold: k.fold,
    onlyLooks: async ({ command }) => command === 'ls',
  });
  const command = (line: string) => [{ kind: 'command' as const, command: line, cwd: where.work }];
  expect(await taking.before('t', 1, command('ls'))).toEqual([]);
  expect(await taking.before('t', 1, command('make'))).toMatchObject([{ type: 'checkpoint.taken' }]);
  await taking.close();
});
