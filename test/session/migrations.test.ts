/** Logs of earlier versions open as if today's Ascent had written them; their files stay as they are. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionEvent } from '../../src/protocol/events.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { VERSION } from '../../src/session/migrations.ts';
import { encodeRecord } from '../../src/session/record.ts';
import { SessionState } from '../../src/session/state.ts';
import { started, turnStarted } from './events.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ascent-old-'));
  mkdirSync(path.join(directory, 'blobs'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const log = () => readFileSync(path.join(directory, 'log'));
const put = (events: object[]) =>
  writeFileSync(
    path.join(directory, 'log'),
    Buffer.concat(events.map((e, seq) => encodeRecord(JSON.stringify({ ...e, seq, at: 1000 + seq })))),
  );

/** As the very first Ascent wrote: one step limit for the session, none in its turns. */
const { version: _, ...unnumbered } = started(0);
const turn = (id: string) => ({ type: 'turn.started', turn: id });
const said = (id: string) => ({ type: 'user.message', turn: id, text: id, context: [], steer: false });
const ended = (id: string) => ({ type: 'turn.ended', turn: id, reason: 'done' });
const rest = [turn('t1'), said('t1'), ended('t1'), turn('t2'), said('t2'), ended('t2')];

describe.each([
  ['without a number', { ...unnumbered, maxSteps: 40 }],
  ['with the number that it should not have had yet', { ...started(1), maxSteps: 40 }],
  ['with its number', { ...started(0), maxSteps: 40 }],
])('a log of version 0 %s', (_name, first) => {
  it('reads as one of today, and its file stays as it is', async () => {
    put([first, ...rest]);
    const before = log();
    const { events, gaps } = await openLog(directory, { write: false });
    expect(gaps).toEqual([]);
    expect(events.map(e => SessionEvent.parse(e))).toEqual(events);
    expect(events[0]).toMatchObject({ type: 'session.started', version: VERSION });
    expect(events[0]).not.toHaveProperty('maxSteps');
    expect(events.filter(e => e.type === 'turn.started').map(e => e.maxSteps)).toEqual([40, 40]);
    const state = new SessionState();
    for (const event of events) state.apply(event);
    expect(state.transcript.head.maxSteps).toBe(40);
    expect(log()).toEqual(before);
  });

  it('goes on in the shapes of today, and says from where', async () => {
    put([first, ...rest]);
    const before = log();
    const writing = await openLog(directory, { write: true, now: () => 2000 });
    await writing.append({ ...turnStarted, turn: 't3', maxSteps: 7 } as never, 'synced');
    await writing.close();
    expect(log().subarray(0, before.length)).toEqual(before);
    // Once: the next writer finds a log of today.
    for (const write of [true, false]) {
      const again = await openLog(directory, { write });
      expect(again.events.filter(e => e.type === 'session.upgraded')).toMatchObject([{ version: VERSION }]);
      expect(again.events.map(e => e.seq)).toEqual([...again.events.keys()]);
      expect(again.events.filter(e => e.type === 'turn.started').map(e => e.maxSteps)).toEqual([40, 40, 7]);
      await again.close();
    }
  });
});

describe('a log of a later version', () => {
  it.each([
    ['from its start', [{ ...started(VERSION + 1) }]],
    ['from where it was upgraded', [started(1), turn('t1'), { type: 'session.upgraded', version: 2 }]],
  ])('%s is refused, with what to do, and stays as it is', async (_name, events) => {
    put(events);
    const before = log();
    for (const write of [true, false])
      await expect(openLog(directory, { write })).rejects.toMatchObject({
        kind: 'newer',
        message: expect.stringMatching(/version 2.*Update Ascent/),
      });
    expect(log()).toEqual(before);
  });
});
