import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { thisProcess } from '../../src/host/processes.ts';
import { realDisk } from '../../src/session/disk.ts';
import { acquireLock, type Lock, lockHolder } from '../../src/session/lock.ts';
import { until } from '../until.ts';
import { child } from './children.ts';
import { failingAt } from './faultyDisk.ts';
import { simulatedDisk } from './simulatedDisk.ts';

let directory: string;
let lockPath: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ascent-lock-'));
  lockPath = path.join(directory, 'lock');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const acquire = () => acquireLock(realDisk, lockPath);
async function acquired(): Promise<Lock> {
  const lock = await acquire();
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy.pid}`);
  return lock;
}
/** A lock file as some other process would have left it. */
const leave = (owner: object, file = 'lock.1') =>
  writeFileSync(
    path.join(directory, file),
    JSON.stringify({ ...thisProcess(), token: 'theirs', since: 1, ...owner }),
  );

describe('the lock', () => {
  it('has one holder, who is named, until it is given back', async () => {
    const first = await acquired();
    expect(await acquire()).toMatchObject({ heldBy: { pid: process.pid, here: true, kind: 'terminal' } });
    expect(await lockHolder(realDisk, lockPath)).toMatchObject({ pid: process.pid });
    await first.release();
    expect(await lockHolder(realDisk, lockPath)).toBeUndefined();
    await (await acquired()).release();
  });

  it('has one holder also when several windows of one process ask at once', async () => {
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 5 }, acquire));
      const locks = answers.filter(answer => !('heldBy' in answer)) as Lock[];
      expect(locks).toHaveLength(1);
      await locks[0]!.release();
    }
  });

  it('leaves two small files, however often it is taken', async () => {
    for (let n = 0; n < 20; n++) await (await acquired()).release();
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it('is taken over from a process that is gone', async () => {
    const holder = child('lockChild.ts', lockPath, 'hold');
    for await (const line of holder.lines) {
      expect(line).toBe('taken');
      expect(await acquire()).toMatchObject({ heldBy: { pid: holder.process.pid } });
      holder.process.kill('SIGKILL');
    }
    await holder.ended;
    await (await acquired()).release();
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when the pid belongs to another process by now',
    async () => {
      leave({ started: '1' });
      await acquired();
    },
  );

  it('is taken over after the machine was started anew', async () => {
    leave({ boot: 'an earlier one' });
    await acquired();
  });

  it('on another machine is held as long as it beats', async () => {
    leave({ host: 'elsewhere', pid: 1 });
    expect(await acquire()).toMatchObject({ heldBy: { pid: 1, since: 1, here: false } });
    const threeMinutesAgo = new Date(Date.now() - 180_000);
    utimesSync(path.join(directory, 'lock.1'), threeMinutesAgo, threeMinutesAgo);
    await acquired();
  });

  it('given back is kept for the living process that asked for it, and for nobody else', async () => {
    const asker = child('lockChild.ts', lockPath, 'ask');
    const first = await acquired();
    for await (const line of asker.lines) {
      if (line === 'asked') {
        await first.release();
        expect(await acquire()).toMatchObject({ heldBy: { pid: asker.process.pid } });
        asker.process.kill('SIGUSR2');
      } else {
        expect(line).toBe('taken');
        expect(await acquire()).toMatchObject({ heldBy: { pid: asker.process.pid } });
        asker.process.kill('SIGKILL');
      }
    }
    await asker.ended;
    await (await acquired()).release();
  });

  it('given back is free again when the one that asked for it is gone', async () => {
    const asker = child('lockChild.ts', lockPath, 'ask');
    const first = await acquired();
    for await (const line of asker.lines) if (line === 'asked') asker.process.kill('SIGKILL');
    await asker.ended;
    await first.release();
    await (await acquired()).release();
    expect(readdirSync(directory).filter(name => name.startsWith('handOver'))).toEqual([]);
  });

  it('that says nothing yet is held for a moment: its owner is just writing it', async () => {
    writeFileSync(path.join(directory, 'lock.1'), '');
    expect(await acquire()).toHaveProperty('heldBy');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path.join(directory, 'lock.1'), longAgo, longAgo);
    await acquired();
  });

  it('given back by one who lost it leaves the new holder alone', async () => {
    const first = await acquired();
    leave({ host: 'elsewhere' }, 'lock.2');
    const before = readFileSync(path.join(directory, 'lock.2'));
    await first.release();
    expect(await lockHolder(realDisk, lockPath)).toMatchObject({ since: 1 });
    expect(readFileSync(path.join(directory, 'lock.2'))).toEqual(before);
  });

  it('beats, and tells its holder when it was lost', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lock = await acquired();
    const file = path.join(directory, 'lock.1');
    const longAgo = new Date(1000);
    utimesSync(file, longAgo, longAgo);
    const touched = async () => (await realDisk.stat(file))!.modifiedAt > 1000;
    vi.advanceTimersByTime(20_000);
    await until(touched);
    expect(lock.lost.aborted).toBe(false);
    leave({}, 'lock.2');
    vi.advanceTimersByTime(20_000);
    await until(() => lock.lost.aborted);
  });
});

describe('a lock on a disk that fails at the n-th call', () => {
  it('is taken or refused with a SessionError, and is never left behind', async () => {
    let n = 1;
    for (let failed = true; failed; n++) {
      const simulated = simulatedDisk();
      // What is written is written just now: a file that says nothing could be somebody's who is writing it.
      const stat = async (file: string) => {
        const found = await simulated.stat(file);
        return found && { ...found, modifiedAt: Date.now() };
      };
      const disk = { ...simulated, stat };
      await disk.open('/lock.1', 'create').then(file => file.write(Buffer.from('{}'), 0));
      const faulty = failingAt(disk, n, 'EIO');
      const lock = await acquireLock(faulty, '/lock').catch(error => {
        expect(error).toMatchObject({ name: 'SessionError', kind: 'io' });
      });
      if (lock && 'heldBy' in lock) throw new Error('nobody else is here');
      if (lock) expect(await acquireLock(disk, '/lock')).toHaveProperty('heldBy');
      await lock?.release().catch(error => expect(error).toMatchObject({ name: 'SessionError', kind: 'io' }));
      failed = faulty.failed;
      expect(await acquireLock(disk, '/lock')).not.toHaveProperty('heldBy');
    }
    expect(n).toBeGreaterThan(6);
  });
});

describe('processes that race', () => {
  it('for a lock whose owner is gone: never two inside', async () => {
    leave({ pid: 2 ** 22 + 1 });
    const racers = Array.from({ length: 3 }, () => child('lockChild.ts', lockPath, '60'));
    for (const racer of racers) expect(await racer.ended).toBe(0);
  });
});
