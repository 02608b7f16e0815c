import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/protocol/events.ts';
import type { Money } from '../../src/protocol/message.ts';
import { type Disk, realDisk } from '../../src/session/disk.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { acquireLock, type Lock } from '../../src/session/lock.ts';
import { VERSION } from '../../src/session/migrations.ts';
import { sessionFiles } from '../../src/session/sessionFiles.ts';
import { message, notice, started, turnEnded, turnStarted } from './events.ts';

let stateDir: string;
/** Bytes of logs that were read. */
let bytesRead = 0;
const watched: Disk = {
  ...realDisk,
  async read(file, start) {
    const bytes = await realDisk.read(file, start);
    if (path.basename(file) === 'log') bytesRead += bytes?.length ?? 0;
    return bytes;
  },
};
beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'ascent-state-'));
  bytesRead = 0;
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const files = () => sessionFiles(stateDir, watched);
const sessions = () => path.join(stateDir, 'sessions');

async function record(id: string, events: NewEvent[], now = 1): Promise<void> {
  const { directory } = (await files().exists(id)) ? files().paths(id) : await files().create(id);
  const log = await openLog(directory, { write: true, now: () => now });
  for (const event of events) await log.append(event, 'buffered');
  await log.close();
}
async function lockOf(id: string): Promise<Lock> {
  const lock = await acquireLock(realDisk, files().paths(id).lock);
  if ('heldBy' in lock) throw new Error('held');
  return lock;
}

describe('what was spent on a day', () => {
  const cny = (amount: number) => ({ amount, currency: 'CNY' as const });
  const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
  const paid = (amount: number, currency: Money['currency'] = 'CNY'): NewEvent => ({
    type: 'request.paid',
    turn: 't1',
    step: 1,
    usage,
    cost: { amount, currency },
  });
  const reserved = (amount: number, step = 1): NewEvent => ({
    type: 'request.reserved',
    turn: 't1',
    step,
    promptTokens: 1,
    outputTokens: 1,
    atMost: cny(amount),
  });
  const noon = new Date(2026, 10, 23, 12).getTime();
  const tomorrow = new Date(2026, 10, 24, 12).getTime();

  it('is the sum over all sessions, in each currency, with what is still reserved', async () => {
    await record('a', [paid(1), reserved(5, 2)], noon);
    await record('b', [paid(2), paid(3, 'USD')], noon);
    await record('b', [paid(10)], tomorrow);
    expect(await files().spentOn('2026-11-23')).toEqual([cny(8), { amount: 3, currency: 'USD' }]);
    expect(await files().spentOn('2026-11-24')).toEqual([cny(10)]);
    expect(await files().spentOn('2026-11-25')).toEqual([]);
  });

  it('holds a reservation until its request is paid, is reserved anew, or its turn ends', async () => {
    await record('a', [reserved(5), reserved(4)], noon);
    expect(await files().spentOn('2026-11-23')).toEqual([cny(4)]);
    await record('a', [paid(1), reserved(9, 2), turnEnded], noon);
    expect(await files().spentOn('2026-11-23')).toEqual([cny(1)]);
  });

  it('reads only what came since the last look, also when another one writes', async () => {
    await record('a', [paid(1)], noon);
    const mine = files();
    await mine.spentOn('2026-11-23');
    await record('a', [paid(2)], noon);
    bytesRead = 0;
    expect(await mine.spentOn('2026-11-23')).toEqual([cny(3)]);
    expect(bytesRead).toBeLessThan(300);
    bytesRead = 0;
    await mine.spentOn('2026-11-23');
    expect(bytesRead).toBe(0);
  });

  it('counts sessions whose summary is from before there were costs in it', async () => {
    await record('a', [message('go'), paid(2)], noon);
    const log = path.join(sessions(), 'a', 'log');
    const old = { size: statSync(log).size, title: 'go', updatedAt: 1, turnOpen: false };
    writeFileSync(path.join(sessions(), 'a', 'summary.json'), JSON.stringify(old));
    expect(await files().spentOn('2026-11-23')).toEqual([cny(2)]);
  });
});

describe('the list of sessions', () => {
  it('is empty before there are any', async () => {
    expect(await files().list()).toEqual([]);
  });

  it('shows the newest first, by title or by the first line that was asked', async () => {
    await record('a', [turnStarted, message('  fix the test\nplease'), message('and more'), turnEnded], 10);
    await record('b', [turnStarted, message('x'.repeat(200)), turnEnded], 20);
    await record('c', [message('first'), { type: 'session.titled', title: 'Chosen' }, message('later')], 15);
    expect(await files().list()).toEqual([
      { id: 'b', title: `${'x'.repeat(79)}…`, updatedAt: 20, running: false },
      { id: 'c', title: 'Chosen', updatedAt: 15, running: false },
      { id: 'a', title: 'fix the test', updatedAt: 10, running: false },
    ]);
  });

  it('says which folders a session works in, also from before its summary knew', async () => {
    const begun = { ...started(VERSION), roots: ['/work/a'] } as NewEvent;
    await record('a', [begun, turnStarted, message('go'), turnEnded], 10);
    const log = path.join(sessions(), 'a', 'log');
    const { size } = statSync(log);
    const old = {
      size,
      lastSeq: 3,
      title: 'go',
      updatedAt: 10,
      begun: true,
      turnOpen: false,
      paid: {},
      reserved: [],
    };
    writeFileSync(path.join(sessions(), 'a', 'summary.json'), JSON.stringify(old));
    expect(await files().list()).toMatchObject([{ id: 'a', roots: ['/work/a'] }]);
  });

  it('reads only what came since the last time, and tells it right', async () => {
    await record('a', [turnStarted, message('hello'), notice('n'.repeat(20_000)), turnEnded], 10);
    const before = await files().list();
    expect(bytesRead).toBeGreaterThan(20_000);
    bytesRead = 0;
    expect(await files().list()).toEqual(before);
    expect(bytesRead).toBe(0);
    await record('a', [{ type: 'session.titled', title: 'Named' }], 30);
    bytesRead = 0;
    expect(await files().list()).toEqual([{ id: 'a', title: 'Named', updatedAt: 30, running: false }]);
    expect(bytesRead).toBeLessThan(200);
  });

  it('is right without its cache, with a spoilt one, and after a log was cut', async () => {
    await record('a', [message('hello')], 10);
    const right = await files().list();
    const cache = path.join(sessions(), 'a', 'summary.json');
    for (const spoilt of ['', '{"size":1e9,"title":"wrong","updatedAt":1,"turnOpen":true}', '[1']) {
      writeFileSync(cache, spoilt);
      expect(await files().list()).toEqual(right);
    }
    rmSync(cache);
    expect(await files().list()).toEqual(right);
    appendFileSync(files().paths('a').log, '99 torn');
    expect(await files().list()).toEqual(right);
    await record('a', [message('more')], 11);
    expect(await files().list()).toMatchObject([{ title: 'hello', updatedAt: 11 }]);
  });

  it('says which one runs: its turn is open and its writer lives', async () => {
    await record('a', [turnStarted, message('go')]);
    const running = async () => (await files().list())[0]!.running;
    expect(await running()).toBe(false);
    const lock = await lockOf('a');
    // Only opened, not gone on with.
    expect((await files().list())[0]).toMatchObject({ running: false, where: 'here' });
    await record('a', [{ type: 'turn.resumed', turn: 't1' }], Date.now());
    expect(await running()).toBe(true);
    await record('a', [turnEnded]);
    expect(await running()).toBe(false);
    await lock.release();
  });

  it('leaves out what is no session, and shows one that cannot be read', async () => {
    await record('good', [message('hello')], 5);
    await files().create('empty');
    writeFileSync(path.join(sessions(), 'notes.txt'), '');
    await files().create('bad');
    const failing: Disk = {
      ...realDisk,
      async stat(file) {
        if (file.includes('bad')) throw Object.assign(new Error('no'), { code: 'EACCES' });
        return realDisk.stat(file);
      },
    };
    expect(await sessionFiles(stateDir, failing).list()).toEqual([
      { id: 'good', title: 'hello', updatedAt: 5, running: false },
      { id: 'bad', title: 'Cannot be read (EACCES)', updatedAt: 0, running: false },
    ]);
  });
});

describe('a session on disk', () => {
  it('has its directories, and exists once it has a log', async () => {
    const { directory } = await files().create('a');
    expect(readdirSync(directory).sort()).toEqual(['blobs', 'spool']);
    expect(await files().exists('a')).toBe(false);
    await record('a', [message('hello')]);
    expect(await files().exists('a')).toBe(true);
  });

  it('is deleted whole, unless it is open somewhere', async () => {
    await record('a', [message('hello')]);
    const lock = await lockOf('a');
    await expect(files().remove('a')).rejects.toMatchObject({ name: 'SessionError', kind: 'locked' });
    await lock.release();
    await files().remove('a');
    expect(readdirSync(sessions())).toEqual([]);
    await expect(files().remove('a')).rejects.toMatchObject({ kind: 'notFound' });
  });

  it.each(['..', '../x', 'a/b', 'a\\b', '', '.hidden', 'C:', 'x'.repeat(65)])(
    'has no such id: %j',
    async id => {
      expect(() => files().paths(id)).toThrow(/no such session/);
      expect(await files().exists(id)).toBe(false);
      await expect(files().create(id)).rejects.toMatchObject({ kind: 'notFound' });
      await expect(files().remove(id)).rejects.toMatchObject({ kind: 'notFound' });
      expect(existsSync(sessions())).toBe(false);
    },
  );
});
