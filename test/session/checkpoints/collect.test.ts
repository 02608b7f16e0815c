import { randomBytes } from 'node:crypto';
import { mkdirSync, utimesSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkpointBytes, collectCheckpoints } from '../../../src/session/checkpoints/collect.ts';
import { repositoryOf, sessionRefs } from '../../../src/session/checkpoints/repository.ts';
import { realDisk } from '../../../src/session/disk.ts';
import { acquireLock } from '../../../src/session/lock.ts';
import { sessionFiles } from '../../../src/session/sessionFiles.ts';
import { files, type Keeper, keeper, type Place, place } from './keeper.ts';

const noise = () => randomBytes(300_000);

/** Three sessions, one after the other, each with content of its own. */
async function threeSessions(where: Place): Promise<Keeper[]> {
  const w = files(where.work);
  const keepers: Keeper[] = [];
  for (const [age, session] of ['old', 'middle', 'new'].entries()) {
    const k = keeper(where, { session });
    w.write('data', noise());
    await k.step([], () => w.write('data', noise()));
    await k.endTurn();
    const then = new Date(2026, 0, age + 1);
    utimesSync(sessionRefs(repositoryOf(where.state, where.work), session), then, then);
    keepers.push(k);
  }
  return keepers;
}

it('removes the sessions used longest ago until the rest fits, and can still restore the others', async () => {
  const where = place();
  const [old, middle, latest] = await threeSessions(where);
  const before = await checkpointBytes(where.state);
  const removed = await collectCheckpoints(where.state, { budget: before - 400_000, expire: 'now' });
  expect(removed).toEqual(['old']);
  expect(await checkpointBytes(where.state)).toBeLessThanOrEqual(before - 400_000);
  await expect(old!.preview({ to: { step: 1 } })).rejects.toThrow('removed to stay within the budget');
  for (const k of [middle!, latest!]) expect(await k.preview({ to: { step: 1 } })).toBeDefined();
  await latest!.restore({ to: { step: 1 } });
});

it('never removes the session that runs, and does nothing within the budget', async () => {
  const where = place();
  await threeSessions(where);
  expect(await collectCheckpoints(where.state)).toEqual([]);
  expect(await collectCheckpoints(where.state, { budget: 0, keep: ['old'] })).toEqual(['middle', 'new']);
});

it('never removes a session that is open in another window', async () => {
  const where = place();
  const [old] = await threeSessions(where);
  const { directory, lock } = sessionFiles(where.state).paths('old');
  mkdirSync(directory, { recursive: true });
  const held = await acquireLock(realDisk, lock);
  expect(await collectCheckpoints(where.state, { budget: 0 })).toEqual(['middle', 'new']);
  expect(await old!.preview({ to: { step: 1 } })).toBeDefined();
  if ('release' in held) await held.release();
  expect(await collectCheckpoints(where.state, { budget: 0 })).toEqual(['old']);
});

it('leaves room for another session to go on in the same folder', async () => {
  const where = place();
  await threeSessions(where);
  await collectCheckpoints(where.state, { budget: 0, expire: 'now' });
  const next = keeper(where, { session: 'next' });
  const w = files(where.work);
  w.write('data', 'kept');
  await next.step([], () => w.write('data', 'changed'));
  await next.endTurn();
  await next.restore({ to: { step: 1 } });
  expect(w.read('data')).toBe('kept');
});
