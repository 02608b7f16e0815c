import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOB_LIMIT } from '../../src/session/blobs.ts';
import type { Disk } from '../../src/session/disk.ts';
import { type EventLog, openLog } from '../../src/session/eventLog.ts';
import { encodeRecord } from '../../src/session/record.ts';
import { message, notice, result, started } from './events.ts';
import { simulatedDisk } from './simulatedDisk.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ascent-log-'));
  mkdirSync(path.join(directory, 'blobs'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string) => path.join(directory, name);
const log = () => readFileSync(file('log'));
const write = (disk?: Disk) => openLog(directory, { write: true, disk, now: () => 1000 });
const read = () => openLog(directory, { write: false });
const record = (event: object) => encodeRecord(JSON.stringify(event));

/** Opens for writing, does the work, closes. */
async function writing<T>(work: (log: EventLog) => Promise<T>): Promise<T> {
  const opened = await write();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
const lines = ['one', 'two', 'three'];
const writeLines = () => writing(log => Promise.all(lines.map(text => log.append(notice(text), 'buffered'))));

describe('the log', () => {
  it('gives back what was appended, numbered and timed, and goes on after a reopen', async () => {
    const text = 'U+2028 \u2028, NUL \0, lone \ud800, 日本 😀';
    const first = await writing(log => log.append(notice(text), 'synced'));
    expect(first).toEqual({ ...notice(text), seq: 0, at: 1000 });
    const second = await writing(log => log.append(message('hello'), 'buffered'));
    expect(second.seq).toBe(1);
    const { events, gaps, cut } = await read();
    expect({ events, gaps, cut }).toEqual({ events: [first, second], gaps: [], cut: undefined });
  });

  it('keeps the order of appends that overlap, whatever they carry', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => (i % 3 ? `${i}` : `${i}`.padEnd(BLOB_LIMIT + 1, 'x')));
    await writing(log =>
      Promise.all(texts.map((t, i) => log.append(notice(t), i % 2 ? 'synced' : 'buffered'))),
    );
    expect((await read()).events).toMatchObject(texts.map((text, seq) => ({ seq, text })));
  });

  it('passes on what a later version adds: event types and fields', async () => {
    const later = [
      { type: 'notice', seq: 0, at: 1, level: 'info', code: '', text: '', extra: { a: 1 } },
      { type: 'session.dreamt', seq: 1, at: 2, of: ['sheep'] },
    ];
    writeFileSync(file('log'), Buffer.concat(later.map(record)));
    const { events, gaps } = await read();
    expect({ events, gaps }).toEqual({ events: later, gaps: [] });
  });

  it('refuses a log of a later version, and leaves it as it is', async () => {
    writeFileSync(file('log'), record({ ...started(2), seq: 0, at: 0 }));
    const before = log();
    await expect(write()).rejects.toMatchObject({ name: 'SessionError', kind: 'newer' });
    expect(log()).toEqual(before);
  });

  it('writes nothing it could not read back', async () => {
    await writing(async log => {
      const bad = { ...result(''), durationMs: Number.NaN };
      await expect(log.append(bad, 'synced')).rejects.toThrow(/durationMs/);
      expect(await log.append(notice('goes on'), 'synced')).toMatchObject({ seq: 0 });
    });
    expect((await read()).events).toHaveLength(1);
  });

  it('cannot be appended to when open for reading, or closed', async () => {
    await writeLines();
    await expect((await read()).append(notice(''), 'synced')).rejects.toMatchObject({ kind: 'readOnly' });
    const opened = await write();
    await opened.close();
    await expect(opened.append(notice(''), 'synced')).rejects.toMatchObject({ kind: 'closed' });
    await expect(openLog(file('none'), { write: false })).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('is for its owner alone', async () => {
    if (process.platform === 'win32') return;
    await writing(log => log.append(notice('x'.repeat(BLOB_LIMIT + 1)), 'synced'));
    const { statSync } = await import('node:fs');
    const blob = readdirSync(file('blobs'))[0]!;
    for (const name of ['log', `blobs/${blob}`]) expect(statSync(file(name)).mode & 0o077).toBe(0);
  });
});

describe('a torn tail', () => {
  it('is cut at open, kept beside the log, and nothing after it is lost', async () => {
    await writeLines();
    const whole = log();
    const torn = record({ ...notice('never finished'), seq: 3, at: 1 }).subarray(0, 40);
    for (const n of [1, 2]) {
      appendFileSync(file('log'), torn);
      const opened = await write();
      expect(opened.cut).toEqual({ bytes: 40, file: file(`log.cut-${n}`) });
      expect(opened.events).toHaveLength(3);
      expect(log()).toEqual(whole);
      expect(readFileSync(file(`log.cut-${n}`))).toEqual(torn);
      await opened.close();
    }
    await writing(log => log.append(notice('four'), 'synced'));
    expect((await read()).events).toMatchObject([...lines, 'four'].map((text, seq) => ({ text, seq })));
  });

  it('at every border: the whole records stay, appending goes on', async () => {
    await writeLines();
    const whole = log();
    const { events } = await read();
    for (let size = 0; size <= whole.length; size += 7) {
      writeFileSync(file('log'), whole.subarray(0, size));
      const opened = await write();
      const kept = opened.events.length;
      expect(opened.events).toEqual(events.slice(0, kept));
      expect(opened.gaps).toEqual([]);
      await opened.append(notice('next'), 'synced');
      await opened.close();
      const after = await read();
      expect(after.events.map(e => e.seq)).toEqual([...Array(kept + 1).keys()]);
      expect(after.gaps).toEqual([]);
    }
  });

  it('that lacks nothing but its newline is mended', async () => {
    await writeLines();
    const whole = log();
    writeFileSync(file('log'), whole.subarray(0, -1));
    const opened = await write();
    expect(opened.events).toHaveLength(3);
    await opened.close();
    expect(log()).toEqual(whole);
  });

  it('is not touched by a reader', async () => {
    await writeLines();
    appendFileSync(file('log'), '12 abc');
    const before = log();
    expect((await read()).events).toHaveLength(3);
    expect(log()).toEqual(before);
  });
});

describe('damage in the middle', () => {
  const damage = (change: (bytes: Buffer, second: number) => Buffer) => {
    const bytes = log();
    writeFileSync(file('log'), change(bytes, bytes.indexOf('\n') + 1));
  };

  it('costs the damaged events alone, and is told', async () => {
    await writeLines();
    damage((bytes, second) => bytes.fill(0, second + 30, second + 40));
    const { events, gaps } = await read();
    expect(events).toMatchObject([{ text: 'one' }, { text: 'three' }]);
    expect(gaps).toEqual([{ reason: 'damaged', afterSeq: 0, lost: 1 }]);
  });

  it('with records cut out whole is told too', async () => {
    await writeLines();
    damage((bytes, second) => bytes.subarray(second));
    expect((await read()).gaps).toEqual([{ reason: 'missing', afterSeq: -1, lost: 1 }]);
  });

  it('that lost nothing is no gap', async () => {
    await writeLines();
    damage((bytes, second) =>
      Buffer.concat([bytes.subarray(0, second), Buffer.alloc(50), bytes.subarray(second)]),
    );
    const { events, gaps } = await read();
    expect(events).toHaveLength(3);
    expect(gaps).toEqual([]);
  });

  it('drops a tail that was written twice', async () => {
    await writeLines();
    damage((bytes, second) => Buffer.concat([bytes, bytes.subarray(second)]));
    const { events, gaps } = await read();
    expect(events.map(e => e.seq)).toEqual([0, 1, 2]);
    expect(gaps).toEqual([]);
    expect(await writing(log => log.append(notice('four'), 'synced'))).toMatchObject({ seq: 3 });
  });

  it('tells when two writers gave one number to different events', async () => {
    await writeLines();
    damage(bytes => Buffer.concat([bytes, record({ ...notice('other'), seq: 2, at: 5 })]));
    const { events, gaps } = await read();
    expect(events).toMatchObject(lines.map(text => ({ text })));
    expect(gaps).toEqual([{ reason: 'conflict', afterSeq: 2, lost: 1 }]);
  });
});

describe('a long text', () => {
  const long = `é\u2028${'x'.repeat(BLOB_LIMIT)}`;

  it('lies in a blob, once, and comes back', async () => {
    const appended = await writing(async log => [
      await log.append(result(long), 'synced'),
      await log.append(result(long), 'synced'),
      await log.append(result('x'.repeat(BLOB_LIMIT)), 'buffered'),
    ]);
    expect(readdirSync(file('blobs'))).toHaveLength(1);
    expect(log().length).toBeLessThan(BLOB_LIMIT + 1000);
    expect((await read()).events).toEqual(appended);
  });

  it('that is gone or changed leaves a placeholder and a gap', async () => {
    await writing(log => log.append(result(long), 'synced'));
    const blob = file(`blobs/${readdirSync(file('blobs'))[0]}`);
    for (const spoil of [() => writeFileSync(blob, 'else'), () => rmSync(blob)]) {
      spoil();
      const { events, gaps } = await read();
      expect(events).toMatchObject([{ type: 'tool.result', content: expect.stringContaining('missing') }]);
      expect(gaps).toEqual([{ reason: 'blob', afterSeq: 0, lost: 0 }]);
    }
  });

  it('that is not well-formed Unicode comes back all the same', async () => {
    const appended = await writing(log => log.append(result(`\udc00${long}`), 'synced'));
    expect((await read()).events).toEqual([appended]);
  });

  it('cannot be asked for by data that looks like a blob', async () => {
    await writing(log => log.append(result(long), 'synced'));
    const sha = readdirSync(file('blobs'))[0]!;
    const parameters = { $blob: sha, $$blob: { $blob: '../../secret' }, other: [{ $blob: sha }] };
    const declared = {
      ...started(1),
      version: 1 as const,
      tools: [{ name: 't', description: long, parameters }],
    };
    const appended = await writing(log => log.append(declared as never, 'synced'));
    expect((await read()).events[1]).toEqual(appended);
  });
});

describe('durability', () => {
  const at = '/s';
  const syncs = (disk: ReturnType<typeof simulatedDisk>) =>
    disk.journal.filter(e => e.kind === 'sync').length;

  it('a synced append resolves after an fsync that began after its write', async () => {
    const disk = simulatedDisk();
    const log = await openLog(at, { write: true, disk });
    for (let i = 0; i < 3; i++) {
      await log.append(notice(`${i}`), 'synced');
      const last = disk.journal.findLastIndex(e => e.kind === 'write');
      expect(disk.journal.slice(last)).toContainEqual(
        expect.objectContaining({ kind: 'sync', upTo: last + 1 }),
      );
    }
  });

  it('overlapping synced appends share an fsync; buffered ones need none', async () => {
    const disk = simulatedDisk();
    const log = await openLog(at, { write: true, disk });
    const before = syncs(disk);
    await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(notice(`${i}`), 'buffered')));
    expect(syncs(disk)).toBe(before);
    await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(notice(`${i}`), 'synced')));
    expect(syncs(disk) - before).toBeLessThanOrEqual(2);
  });

  it('opening for writing makes durable what a killed writer had only handed over', async () => {
    const disk = simulatedDisk();
    const killed = await openLog(at, { write: true, disk });
    await killed.append(notice('seen by people'), 'buffered');
    await openLog(at, { write: true, disk });
    const { events } = await openLog(at, { write: false, disk: disk.crash(disk.journal.length, () => 1) });
    expect(events).toMatchObject([{ text: 'seen by people' }]);
  });

  it('closing syncs what was only handed over', async () => {
    const disk = simulatedDisk();
    const log = await openLog(at, { write: true, disk });
    log.append(notice('last words'), 'buffered');
    await log.close();
    const never = () => 1;
    const { events } = await openLog(at, { write: false, disk: disk.crash(disk.journal.length, never) });
    expect(events).toMatchObject([{ text: 'last words' }]);
  });
});
