/** What disks, crashes and retries do to logs, one test a kind: nothing that was whole is lost, nothing counts twice. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { sessionFiles } from '../../src/session/sessionFiles.ts';
import { SessionState } from '../../src/session/state.ts';
import { message, result, started, turnEnded, turnStarted } from './events.ts';

let stateDir: string;
let events: SessionEvent[];
/** The bytes of each record. */
let records: Buffer[];
beforeEach(async () => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'ascent-holds-'));
  mkdirSync(path.join(directory(), 'blobs'), { recursive: true });
  const log = await openLog(directory(), { write: true, now: () => noon });
  for (const event of session) await log.append(event, 'buffered');
  await log.close();
  events = [...(await openLog(directory(), { write: false })).events];
  records = [];
  for (let at = 0, bytes = whole(); at < bytes.length; ) {
    const end = bytes.indexOf(10, at) + 1;
    records.push(bytes.subarray(at, end));
    at = end;
  }
  expect(records).toHaveLength(session.length);
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const noon = new Date(2026, 10, 23, 12).getTime();
const directory = () => path.join(stateDir, 'sessions', 's');
const file = () => path.join(directory(), 'log');
const whole = () => readFileSync(file());
const put = (...bytes: Buffer[]) => writeFileSync(file(), Buffer.concat(bytes));

const reply: NewEvent = {
  type: 'assistant.message',
  turn: 't1',
  step: 1,
  message: {
    role: 'assistant',
    text: 'line\u2028end',
    toolCalls: [{ id: 'call-1', name: 'x', arguments: '{}' }],
  },
  usage: { promptTokens: 10, cachedTokens: 0, completionTokens: 5 },
  cost: { amount: 0.5, currency: 'USD' },
  contextWindow: 1000,
  timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 1 },
};
const session: NewEvent[] = [
  { ...started(1), version: 1 },
  turnStarted,
  message('go\u2029on'),
  { type: 'step.started', turn: 't1', step: 1 },
  reply,
  result('U+2028 \u2028 and NUL \0'),
  turnEnded,
];

/** Read, then opened for writing and closed, then read again: both readings. */
async function readings(): Promise<(readonly SessionEvent[])[]> {
  const before = await openLog(directory(), { write: false });
  const log = await openLog(directory(), { write: true });
  await log.close();
  const after = await openLog(directory(), { write: false });
  return [before.events, log.events, after.events];
}

describe('a duplicate tail', () => {
  const twice: [string, () => Buffer[]][] = [
    [
      'half a line, then the whole line after a retry',
      () => [records.at(-1)!.subarray(0, 30), records.at(-1)!],
    ],
    [
      'half a line with its newline, then the whole line',
      () => [records.at(-1)!.subarray(0, 30), Buffer.from('\n'), records.at(-1)!],
    ],
    ['the last line twice', () => [records.at(-1)!, records.at(-1)!]],
    ['the last lines twice, in order', () => [...records.slice(3), ...records.slice(3)]],
    ['all of it twice', () => [...records, ...records]],
    [
      'the last lines again with a torn one at the end',
      () => [...records.slice(4), ...records.slice(4, 6), records[6]!.subarray(0, 9)],
    ],
  ];

  it.each(twice)('(%s) is applied once', async (_name, tail) => {
    const added = tail();
    const isWhole = added.length === 2 * records.length;
    const first = added.find(bytes => records.includes(bytes));
    put(...(isWhole ? [] : records.slice(0, records.indexOf(first!))), ...added);
    for (const found of await readings()) {
      expect(found).toEqual(events);
      const state = new SessionState();
      for (const event of found) state.apply(event);
      expect(state.transcript.head.cost).toEqual([{ amount: 0.5, currency: 'USD' }]);
      expect(state.transcript.items.map(item => item.kind)).toEqual(['user', 'answer', 'tool', 'end']);
    }
  });

  it('is paid once, also where the list had summed up the first half already', async () => {
    const files = sessionFiles(stateDir);
    const once = [{ amount: 0.5, currency: 'USD' }];
    put(...records, ...records.slice(4));
    expect(await files.spentOn('2026-11-23')).toEqual(once);
    put(...records);
    const other = sessionFiles(stateDir);
    expect(await other.spentOn('2026-11-23')).toEqual(once);
    put(...records, ...records.slice(4));
    expect(await other.spentOn('2026-11-23')).toEqual(once);
    expect(await other.list()).toMatchObject([{ id: 's', running: false }]);
  });
});

describe('a run of NULs', () => {
  it.each([1, 512, 4096, 100_000])(
    'of %i bytes at the end is cut off, and appending goes on',
    async length => {
      put(...records, Buffer.alloc(length));
      for (const found of await readings()) expect(found).toEqual(events);
      const log = await openLog(directory(), { write: true });
      expect(await log.append(message('next'), 'synced')).toMatchObject({ seq: session.length });
      await log.close();
      expect((await openLog(directory(), { write: false })).gaps).toEqual([]);
    },
  );

  it('in the middle, with whole records behind it, loses no whole record', async () => {
    put(...records.slice(0, 4), Buffer.alloc(4096), ...records.slice(4));
    for (const found of await readings()) expect(found).toEqual(events);
  });
});

describe('a flipped bit', () => {
  it('anywhere loses one event at most, is told, and never keeps the session from opening', async () => {
    const bytes = whole();
    for (let at = 0; at < bytes.length; at += 11) {
      const spoilt = Buffer.from(bytes);
      spoilt[at]! ^= 1 << (at % 8);
      put(spoilt);
      const { events: found, gaps } = await openLog(directory(), { write: false });
      const missing = events.filter(e => !found.some(f => f.seq === e.seq));
      expect(missing.length).toBeLessThanOrEqual(1);
      // What is missing at the very end is a torn tail, which opening for writing cuts off and tells.
      if (missing.length && missing[0]!.seq < session.length - 1)
        expect(gaps).toEqual([{ reason: 'damaged', afterSeq: missing[0]!.seq - 1, lost: 1 }]);
      expect(found).toEqual(events.filter(e => !missing.includes(e)));
    }
  });
});

it('line and paragraph separators are no line ends to any reader of lines', () => {
  const text = whole().toString('utf8');
  expect(text.split(/\r\n|[\n\r\u2028\u2029\u0085]/).filter(Boolean)).toHaveLength(session.length);
});
