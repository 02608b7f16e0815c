/** Out into a file and in again; and files that somebody made to do harm. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/protocol/events.ts';
import { applyEvent, emptyTranscript } from '../../../src/protocol/transcript.ts';
import { withClosedSession } from '../../../src/session/checkpoints/closedSession.ts';
import { createSessions } from '../../../src/session/createSessions.ts';
import { realDisk } from '../../../src/session/disk.ts';
import { openLog } from '../../../src/session/eventLog.ts';
import { sessionFiles } from '../../../src/session/sessionFiles.ts';
import { SessionState } from '../../../src/session/state.ts';
import { exportLines, exportSession } from '../../../src/session/transfer/exportSession.ts';
import { importSession } from '../../../src/session/transfer/importSession.ts';
import { LIMITS, readExport } from '../../../src/session/transfer/readExport.ts';
import { failingAt, smallDisk } from '../faultyDisk.ts';
import { stepLimit } from '../limits.ts';
import { longText, sample } from './sample.ts';

// biome-ignore lint/suspicious/noExplicitAny: it stands for JSON that may be anything
type Loose = Record<string, any>;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ascent-transfer-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = () => path.join(dir, 'a.ascent.jsonl');
const state = () => path.join(dir, 'state');
const options = { known: [], home: '/nowhere', now: 1_767_225_700_000, overwrite: false };
const files = () => sessionFiles(state());

function transcriptOf(events: readonly SessionEvent[]) {
  const transcript = emptyTranscript();
  for (const event of events) applyEvent(transcript, event);
  return transcript;
}
function messagesOf(events: readonly SessionEvent[]) {
  const folded = new SessionState();
  for (const event of events) folded.apply(event);
  return folded.history.messages();
}
const stored = async (id: string) => (await openLog(files().paths(id).directory, { write: false })).events;

describe('out and in again', () => {
  it('is the same session, to the view and to the model', async () => {
    await exportSession(sample, file(), options);
    const { id, known } = await importSession(file(), state());
    expect(known).toBe(false);
    const events = await stored(id);
    expect(events).toEqual(sample);
    expect(transcriptOf(events)).toEqual(transcriptOf(sample));
    expect(messagesOf(events)).toEqual(messagesOf(sample));
    expect(readdirSync(path.join(files().paths(id).directory, 'blobs'))).toHaveLength(1);
  });

  it('and out again gives the same events', async () => {
    await exportSession(sample, file(), options);
    const { id } = await importSession(file(), state());
    const again = path.join(dir, 'b.ascent.jsonl');
    await exportSession(await stored(id), again, options);
    expect(readFileSync(again)).toEqual(readFileSync(file()));
  });

  it('is lines of plain ASCII JSON, whatever the session holds', async () => {
    const { bytes, events } = await exportSession(sample, file(), options);
    const text = readFileSync(file());
    expect(text.length).toBe(bytes);
    expect([...text].every(byte => byte === 10 || (byte >= 32 && byte < 127))).toBe(true);
    const lines = text
      .toString()
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: 'ascent.export', format: 1, id: 's1', title: 'mend it', events });
    expect(lines.at(-1)).toMatchObject({ type: 'ascent.end', events: sample.length });
    expect(text.toString()).toContain(longText.slice(0, 70_000));
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o077).toBe(0);
  });

  it('says how many secrets it left out, and holds none', async () => {
    const secret = 'kq8Zp2-not-for-others-71';
    const events = structuredClone(sample);
    const said = events.find(e => e.type === 'user.message')!;
    said.text = `use ${secret}, and AKIAABCDEFGHIJKLMNOP`;
    const done = await exportSession(events, file(), { ...options, known: [secret], home: '/home/alice' });
    expect(done.leftOut).toEqual({ secrets: 2, places: 2 });
    expect(readFileSync(file(), 'utf8')).not.toMatch(/kq8Zp2|AKIAABCD|alice/);
    expect(readExport(readFileSync(file())).header.leftOut).toEqual(done.leftOut);
  });

  it('replaces no file unless it should', async () => {
    writeFileSync(file(), 'mine');
    await expect(exportSession(sample, file(), options)).rejects.toMatchObject({ kind: 'exists' });
    expect(readFileSync(file(), 'utf8')).toBe('mine');
    await exportSession(sample, file(), { ...options, overwrite: true });
    expect(readExport(readFileSync(file())).events).toEqual(sample);
  });

  it('leaves no half file, whichever call fails', async () => {
    writeFileSync(file(), 'mine');
    for (let n = 1; ; n++) {
      const disk = failingAt(realDisk, n, n % 2 ? 'EIO' : 'ENOSPC');
      const failed = await exportSession(sample, file(), { ...options, disk, overwrite: true }).then(
        () => undefined,
        error => error,
      );
      if (!disk.failed) {
        expect(failed).toBeUndefined();
        break;
      }
      expect(failed?.name, `${n}: ${failed}`).toBe('SessionError');
      const text = readFileSync(file(), 'utf8');
      expect(text === 'mine' || readExport(Buffer.from(text)).events.length === sample.length).toBe(true);
      expect(readdirSync(dir).filter(name => name.endsWith('.part')).length).toBeLessThanOrEqual(1);
      for (const name of readdirSync(dir)) if (name.endsWith('.part')) rmSync(path.join(dir, name));
    }
    expect(readExport(readFileSync(file())).events).toEqual(sample);
  });

  it('on a full disk says so, and leaves nothing', async () => {
    const disk = smallDisk(realDisk, 20_000);
    await expect(exportSession(sample, file(), { ...options, disk })).rejects.toMatchObject({
      kind: 'diskFull',
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('an import that fails half-way leaves no session, and works the next time', async () => {
    await exportSession(sample, file(), options);
    for (let n = 1; ; n++) {
      const disk = failingAt(realDisk, n, 'ENOSPC');
      const done = await importSession(file(), state(), disk).catch(error => error);
      if (!disk.failed) break;
      if (done instanceof Error) expect(await files().list(), `${n}`).toEqual([]);
      else break;
    }
    const { id } = await importSession(file(), state());
    expect(await stored(id)).toEqual(sample);
  });
});

describe('an imported session', () => {
  const imported = async () => {
    await exportSession(sample, file(), options);
    return (await importSession(file(), state())).id;
  };
  const none = () => Promise.reject(new Error('nothing may be asked for'));
  const sessions = () =>
    createSessions({
      host: { roots: [dir], platform: 'linux' } as never,
      stateDir: state(),
      connect: none,
      loadWasm: none,
      now: Date.now,
      instructions: none,
      limits: () => stepLimit(1),
      attended: true,
    } as never);

  it('is in the list, marked, and the same file is the same session', async () => {
    const id = await imported();
    const mark = { id, title: 'mend it', imported: true, running: false };
    expect(await files().list()).toMatchObject([mark]);
    expect(await importSession(file(), state())).toMatchObject({ id, known: true });
    expect(await files().list()).toHaveLength(1);
  });

  it('cannot be opened to go on, and nothing is restored from it', async () => {
    const id = await imported();
    const refused = { kind: 'readOnly', message: expect.stringContaining('imported') };
    await expect(sessions().open(id)).rejects.toMatchObject(refused);
    await expect(withClosedSession(state(), id, none)).rejects.toMatchObject(refused);
    expect(await sessions().read(id)).toEqual(sample);
  });

  it('costs nothing here, on no day', async () => {
    await imported();
    const { dayOf } = await import('../../../src/session/day.ts');
    for (const e of sample) expect(await files().spentOn(dayOf(e.at))).toEqual([]);
  });
});

describe('a file that is not right', () => {
  const bytes = Buffer.concat([...exportLines(sample, 's1', options).lines]);
  const whole = () => Buffer.from(bytes);
  const lines = () => whole().toString().trimEnd().split('\n');
  /** With a checksum that fits, as whoever means harm would write it. */
  const signed = (list: readonly string[]): Buffer => {
    const body = list
      .slice(0, -1)
      .map(line => `${line}\n`)
      .join('');
    const sha256 = createHash('sha256').update(body).digest('hex');
    return Buffer.from(`${body}${JSON.stringify({ ...JSON.parse(list.at(-1)!), sha256 })}\n`);
  };
  const changed = (at: number, change: (event: Loose) => unknown): Buffer =>
    signed(lines().map((line, i) => (i === at ? JSON.stringify(change(JSON.parse(line))) : line)));
  const raw = (at: number, line: string): Buffer => signed(lines().map((l, i) => (i === at ? line : l)));

  async function expectRefused(bytes: Buffer, message: RegExp, kind = 'badFile'): Promise<void> {
    writeFileSync(file(), bytes);
    await expect(importSession(file(), state())).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
    expect(
      existsSync(path.join(state(), 'sessions')) ? readdirSync(path.join(state(), 'sessions')) : [],
    ).toEqual([]);
  }

  it('cut off anywhere is refused, and told as cut off', async () => {
    const bytes = whole();
    const last = bytes.lastIndexOf('\n', bytes.length - 2);
    for (const size of [0, 1, 40, 500, 5_000, bytes.length / 2, last - 5, last, last + 1, last + 20])
      await expectRefused(bytes.subarray(0, size), /empty|not an exported|line \d+: .*cut off/i);
  });

  it('with any bit flipped is refused', () => {
    const bytes = whole();
    for (let at = 0; at < bytes.length - 1; at += 997) {
      const spoilt = Buffer.from(bytes);
      spoilt[at]! ^= 1 << (at % 7);
      expect(() => readExport(spoilt), `at ${at}`).toThrow();
    }
  });

  it.each<[string, () => Buffer, RegExp]>([
    ['another file', () => Buffer.from('hello\n'), /^Line 1: This is not an exported session/],
    ['binary', () => Buffer.from([0, 1, 2, 255, 10, 3]), /^Line 1: This is not/],
    ['an array', () => Buffer.from('[]\n[]\n'), /^Line 1: This is not/],
    ['null', () => Buffer.from('null\n'), /^Line 1: This is not/],
    [
      'a changed text',
      () => Buffer.from(whole().toString().replace('It is mended', 'It is broken')),
      /^Line 21: The checksum/,
    ],
    [
      'a line gone',
      () => signed(lines().filter((_, i) => i !== 5)),
      /^Line 20: The file holds 18 events, and should hold 19/,
    ],
    ['a broken line', () => raw(7, '{"type":"assist'), /^Line 8: It is not JSON/],
    [
      'deep nesting',
      () => raw(7, `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      /^Line 8: It nests deeper/,
    ],
    [
      'deep nesting in what is free',
      () =>
        changed(1, e => ({
          ...e,
          tools: [
            {
              name: 'a',
              description: '',
              parameters: JSON.parse(`{"a":${'['.repeat(80)}${']'.repeat(80)}}`),
            },
          ],
        })),
      /^Line 2: It nests deeper/,
    ],
    [
      'a huge number',
      () => raw(10, lines()[10]!.replace('"durationMs":3', '"durationMs":1e999')),
      /^Line 11: The event is not valid: durationMs/,
    ],
    ['a time that is none', () => changed(4, e => ({ ...e, at: 9e15 })), /^Line 5: .*at/],
    ['a negative number', () => changed(4, e => ({ ...e, seq: -1 })), /^Line 5: .*seq/],
    ['half a number', () => changed(4, e => ({ ...e, seq: 3.5 })), /^Line 5: .*seq/],
    [
      'the same number twice',
      () => changed(4, e => ({ ...e, seq: 2 })),
      /^Line 5: Event 2 stands behind event 2/,
    ],
    ['a missing field', () => changed(3, ({ text: _, ...e }) => e), /^Line 4: .*text/],
    ['another type in a field', () => changed(3, e => ({ ...e, text: { toString: 1 } })), /^Line 4: .*text/],
    ['a blob by name', () => changed(3, e => ({ ...e, text: { $blob: 'a'.repeat(64) } })), /^Line 4: .*text/],
    ['no event', () => raw(3, '17'), /^Line 4: The event is not valid/],
    [
      'a second beginning',
      () => changed(4, e => ({ ...JSON.parse(lines()[1]!), seq: e.seq })),
      /^Line 5: A second session/,
    ],
    [
      'no beginning',
      () => changed(1, e => ({ type: 'session.titled', seq: e.seq, at: e.at, title: '' })),
      /^Line 2: The session does not begin/,
    ],
    [
      'another id in the session',
      () => changed(1, e => ({ ...e, id: 's2' })),
      /^Line 2: The session has another id/,
    ],
    [
      'an id that climbs',
      () => changed(0, e => ({ ...e, id: '../../etc' })),
      /^Line 1: The header is not valid: id/,
    ],
    [
      'a header without its counts',
      () => changed(0, ({ leftOut: _, ...e }) => e),
      /^Line 1: The header is not valid: leftOut/,
    ],
  ])('%s is refused with its line', async (_name, bytes, message) => {
    await expectRefused(bytes(), message);
  });

  it('of a later format, or with a log of a later version, is refused with what to do', async () => {
    await expectRefused(
      changed(0, e => ({ ...e, format: 2 })),
      /later version.*format 2.*Update Ascent/,
      'newer',
    );
    await expectRefused(
      changed(1, e => ({ ...e, version: 9 })),
      /later version.*version 9.*Update Ascent/,
      'newer',
    );
  });

  it('with more events than there may be is refused before it is read', async () => {
    const many = Buffer.concat([
      Buffer.from(`${lines()[0]}\n`),
      Buffer.alloc(2 * (LIMITS.events + 10), '1\n'),
    ]);
    await expectRefused(many, /more than 1,000,000 events/);
  });

  /** The sample's events, and then `many` made from their number. */
  const grown = (many: number, make: (at: number) => object): Buffer => {
    const [header, ...rest] = lines();
    const events = rest.slice(0, -1);
    const { seq, at } = JSON.parse(events.at(-1)!);
    for (let i = 1; i <= many; i++) events.push(JSON.stringify({ seq: seq + i, at, ...make(i) }));
    const count = (line: string) => JSON.stringify({ ...JSON.parse(line), events: events.length });
    return signed([count(header!), ...events, count(rest.at(-1)!)]);
  };

  it('with more that waits for people than anybody could make is refused', async () => {
    const { waiting } = LIMITS;
    const queued = (i: number) => ({ type: 'queue.added', id: `q${i}`, text: 'x', context: [] });
    await expectRefused(grown(2 * waiting, queued), /1,000 messages and questions wait here/);
    const preview = { kind: 'text', text: 'x' };
    const asked = (i: number) => ({
      type: 'approval.requested',
      callId: `c${i}`,
      nonce: 'n',
      preview,
      reasons: [],
    });
    await expectRefused(grown(2 * waiting, asked), /1,000 messages and questions wait here/);
  });

  it('with summaries of summaries runs away with neither time nor memory', async () => {
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
    const summary = { step: 0, keepFrom: 9e9, summary: 's', quoted: 1000, messages: 1, tokens: 1, usage };
    const said = { type: 'user.message', turn: 't', text: 'x', context: [], steer: false };
    // Each of them quotes all that was said before it, to whoever builds what a model would read.
    const bytes = grown(20_000, i => (i % 2 ? said : { type: 'context.summarised', turn: 't', ...summary }));
    writeFileSync(file(), bytes);
    expect((await importSession(file(), state())).events).toHaveLength(sample.length + 20_000);
  }, 20_000);

  it('with prototype keys changes no prototype, and loses them', async () => {
    const bad = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';
    const started = lines()[1]!.replace('"parameters":{', `"parameters":${bad}`).replace(/^\{/, bad);
    expect(started).toContain('"parameters":{"__proto__"');
    writeFileSync(file(), raw(1, started));
    const { id } = await importSession(file(), state());
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const first = (await stored(id))[0] as Loose;
    expect(Object.keys(first)).not.toContain('__proto__');
    expect(first.polluted).toBeUndefined();
    expect(first.tools[0].parameters.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(first.tools[0].parameters)).toBe(Object.prototype);
  });

  it('keeps what this version knows of a later one, and says what it dropped', async () => {
    const later = changed(4, e => ({ type: 'session.dreamt', seq: e.seq, at: e.at, of: ['sheep'] }));
    const read = readExport(later);
    expect(read.dropped).toBe(1);
    expect(read.events).toHaveLength(sample.length - 1);
    const extra = readExport(changed(3, e => ({ ...e, mood: 'good' })));
    expect(extra.events).toEqual(sample);
  });

  it('of an earlier log version is brought to today', () => {
    const old = signed(
      lines().map((line, i) => {
        if (i === 1) return JSON.stringify({ ...JSON.parse(line), version: 0, maxSteps: 12 });
        return i === 2 ? line.replace(',"maxSteps":300', '') : line;
      }),
    );
    expect(readExport(old).events.find(e => e.type === 'turn.started')).toMatchObject({ maxSteps: 12 });
  });

  it('that a random hand has changed is refused or read, and never breaks anything', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const values = [
      null,
      -1,
      1e308,
      '',
      'x',
      [],
      {},
      true,
      '../x',
      { $blob: 'a' },
      [[[]]],
      '\u202e',
      '__proto__',
    ];
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const at = 1 + random(sample.length);
      const bytes = changed(at, event => {
        let holder = event;
        for (let depth = random(3); depth > 0; depth--) {
          const inner = Object.values(holder).filter(v => v && typeof v === 'object') as Loose[];
          if (inner.length) holder = inner[random(inner.length)]!;
        }
        const keys = Object.keys(holder);
        const key = keys[random(keys.length || 1)] ?? 'x';
        holder[key] = values[random(values.length)];
        return event;
      });
      try {
        transcriptOf(readExport(bytes).events);
      } catch (error) {
        refused++;
        expect(error, `${round}`).toMatchObject({
          name: 'SessionError',
          message: expect.stringMatching(/^Line \d+: |later version/),
        });
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
