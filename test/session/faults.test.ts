import { describe, expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { BLOB_LIMIT } from '../../src/session/blobs.ts';
import type { Disk } from '../../src/session/disk.ts';
import { SessionError } from '../../src/session/error.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { sessionFiles } from '../../src/session/sessionFiles.ts';
import { intent, message, notice, result, turnEnded, turnStarted } from './events.ts';
import { failingAt, smallDisk } from './faultyDisk.ts';
import { failure, type SimulatedDisk, seeded, simulatedDisk } from './simulatedDisk.ts';

const MEGABYTE = 1024 * 1024;
const turn: NewEvent[] = [
  turnStarted,
  message('go'),
  intent,
  result('done'),
  intent,
  result('y'.repeat(BLOB_LIMIT + 1)),
  turnEnded,
];

/** Runs one turn on a disk that may fail; gives what was acknowledged and what was said. */
async function session(disk: Disk): Promise<{ acknowledged: SessionEvent[]; errors: unknown[] }> {
  const acknowledged: SessionEvent[] = [];
  const errors: unknown[] = [];
  const attempt = (work: Promise<unknown>) => work.catch(error => errors.push(error));
  try {
    const { directory } = await sessionFiles('/state', disk).create('s');
    const log = await openLog(directory, { write: true, disk, now: () => 1 });
    for (const event of turn) await attempt(log.append(event, 'synced').then(e => acknowledged.push(e)));
    await attempt(log.close());
  } catch (error) {
    errors.push(error);
  }
  return { acknowledged, errors };
}

const at = '/state/sessions/s';

async function expectKept(disk: SimulatedDisk, acknowledged: SessionEvent[]): Promise<void> {
  const log = await openLog(at, { write: true, disk });
  expect(log.events).toEqual(expect.arrayContaining(acknowledged));
  expect(log.gaps).toEqual([]);
  const next = await log.append(notice('goes on'), 'synced');
  await log.close();
  expect((await openLog(at, { write: false, disk })).events).toEqual([...log.events, next]);
}

describe.each(['EIO', 'ENOSPC', 'EACCES', 'EMFILE'])('%s at the n-th call', code => {
  it('loses nothing acknowledged, says what to do, and the session opens again', async () => {
    let n = 0;
    let failed = true;
    for (; failed; n++) {
      const disk = simulatedDisk();
      const faulty = failingAt(disk, n + 1, code);
      const { acknowledged, errors } = await session(faulty);
      failed = faulty.failed;
      for (const error of errors) {
        expect(error).toBeInstanceOf(SessionError);
        expect((error as SessionError).kind).toBe(code === 'ENOSPC' ? 'diskFull' : 'io');
        expect((error as SessionError).message).toMatch(
          code === 'ENOSPC' ? /Free some space/ : /Check the disk/,
        );
      }
      await expectKept(disk.crash(disk.journal.length, seeded(n)), acknowledged);
      await expectKept(disk, acknowledged);
      if (!failed) expect(errors).toEqual([]);
    }
    expect(n).toBeGreaterThan(30);
  });
});

describe('after a failed fsync', () => {
  it('nothing is acknowledged and no second fsync is tried', async () => {
    let syncs = 0;
    let broken = false;
    const disk = simulatedDisk();
    const lying: Disk = {
      ...disk,
      async open(path, mode) {
        const file = await disk.open(path, mode);
        return {
          ...file,
          async sync() {
            syncs++;
            if (broken) throw failure('EIO');
            await file.sync();
          },
        };
      },
    };
    const log = await openLog('/s', { write: true, disk: lying });
    await log.append(notice('one'), 'synced');
    broken = true;
    const before = syncs;
    const overlapping = [log.append(notice('two'), 'synced'), log.append(notice('three'), 'synced')];
    for (const outcome of await Promise.allSettled(overlapping)) expect(outcome.status).toBe('rejected');
    broken = false;
    await expect(log.append(notice('four'), 'buffered')).rejects.toMatchObject({ kind: 'io' });
    await log.close();
    expect(syncs - before).toBe(1);
  });
});

describe('a full disk', () => {
  const full = async (room: number) => {
    const disk = smallDisk(simulatedDisk(), MEGABYTE + room);
    return { disk, log: await openLog('/s', { write: true, disk }) };
  };
  const big = result('z'.repeat(BLOB_LIMIT));

  it('refuses what would begin something, records the result of what ran, and goes on when there is space', async () => {
    const { disk, log } = await full(1000);
    await log.append(intent, 'synced');
    await log.append(big, 'synced');
    for (const event of [intent, turnStarted, message('more')]) {
      const refused = log.append(event, 'synced');
      await expect(refused).rejects.toMatchObject({
        kind: 'diskFull',
        message: expect.stringContaining('Free some'),
      });
    }
    await log.append(turnEnded, 'synced');
    disk.capacity += MEGABYTE;
    await log.append(intent, 'synced');
    await log.close();
    const { events, gaps, cut } = await openLog('/s', { write: true, disk });
    expect(events.map(e => e.type)).toEqual(['tool.intent', 'tool.result', 'turn.ended', 'tool.intent']);
    expect({ gaps, cut }).toEqual({ gaps: [], cut: undefined });
  });

  it('keeps the torn bytes of what it refused out of the log', async () => {
    const { disk, log } = await full(400);
    await expect(log.append(message('long '.repeat(200)), 'synced')).rejects.toMatchObject({
      kind: 'diskFull',
    });
    await log.append(turnEnded, 'synced');
    await log.close();
    const { events, cut } = await openLog('/s', { write: true, disk });
    expect(events.map(e => e.type)).toEqual(['turn.ended']);
    expect(cut).toBeUndefined();
  });

  it('with the reserve used up too stops for good, with everything acknowledged kept', async () => {
    const { disk, log } = await full(1000);
    let acknowledged = 0;
    const fill = async () => {
      for (;;) {
        await log.append(big, 'synced');
        acknowledged++;
      }
    };
    await expect(fill()).rejects.toMatchObject({ kind: 'diskFull' });
    expect(acknowledged).toBeGreaterThan(10);
    disk.capacity += 10 * MEGABYTE;
    await expect(log.append(notice('late'), 'buffered')).rejects.toMatchObject({ kind: 'diskFull' });
    await log.close();
    expect((await openLog('/s', { write: true, disk })).events).toHaveLength(acknowledged);
  });

  it('lets a session be opened and its torn tail be kept, from the reserve of the writer that crashed', async () => {
    const { disk, log } = await full(1000);
    await log.append(notice('one'), 'synced');
    const torn = await disk.open('/s/log', 'existing');
    torn.write(Buffer.alloc(100, 'x'), (await disk.stat('/s/log'))!.size);
    disk.capacity = MEGABYTE + (await disk.stat('/s/log'))!.size;
    const reopened = await openLog('/s', { write: true, disk });
    expect(reopened.events).toHaveLength(1);
    expect(reopened.cut?.bytes).toBe(100);
  });

  it('leaves no reserve behind a closed session', async () => {
    const { disk, log } = await full(1000);
    expect(await disk.stat('/s/reserve')).toMatchObject({ size: MEGABYTE });
    await log.close();
    expect(await disk.stat('/s/reserve')).toBeUndefined();
  });
});
