import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/session/crc32c.ts';
import { encodeRecord, scanRecords } from '../../src/session/record.ts';
import { seeded } from './simulatedDisk.ts';

const texts = [
  'plain',
  'ünïcödé 日本 😀',
  'line\u2028and\u2029ends\u0085\n\r\0',
  '12 abcdef01 {"type":"x"}',
  '\ud800',
];
const values = texts.map((text, seq) => ({
  type: 'notice',
  seq,
  text,
  nested: { type: 'object', '{"type":"': 1 },
}));
const records = values.map(value => encodeRecord(JSON.stringify(value)));
const log = Buffer.concat(records);

function read(bytes: Buffer): unknown[] {
  return scanRecords(bytes).records.map(r => JSON.parse(bytes.toString('latin1', r.start, r.end)));
}
const without = (index: number) => values.filter((_, i) => i !== index);
const ends = records.map((_, i) => Buffer.concat(records.slice(0, i + 1)).length);
const recordOf = (offset: number) => ends.findIndex(end => offset < end);

describe('crc32c', () => {
  // RFC 3720, B.4
  const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  it.each([
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [Buffer.alloc(0), 0],
  ])('of %o', (bytes, sum) => expect(crc32c(bytes)).toBe(sum));

  it('is the same wherever the bytes lie in memory', () => {
    for (let offset = 0; offset < 9; offset++) {
      for (let length = 0; length < 33; length++) {
        const there = Buffer.concat([
          Buffer.alloc(offset, 7),
          ascending.subarray(0, length),
          Buffer.alloc(3, 9),
        ]);
        expect(crc32c(there, offset, offset + length)).toBe(
          crc32c(Buffer.from(ascending.subarray(0, length))),
        );
      }
    }
  });
});

describe('a record', () => {
  it('is one line of ASCII that says its length and checksum', () => {
    expect(encodeRecord('{"type":"notice","text":"é\u2028"}').toString('latin1')).toBe(
      '39 435413d8 {"type":"notice","text":"\\u00e9\\u2028"}\n',
    );
    expect([...log].every(byte => byte === 10 || (byte >= 32 && byte < 127))).toBe(true);
  });

  it('comes back as it was', () => {
    expect(read(log)).toEqual(values);
    expect(scanRecords(log)).toMatchObject({ end: log.length, terminated: true });
  });
});

describe('the scanner', () => {
  it('finds all whole records of a log cut anywhere, and where they end', () => {
    for (let size = 0; size <= log.length; size++) {
      const scan = scanRecords(log.subarray(0, size));
      let end = 0;
      let whole = 0;
      for (const r of records) {
        // A record that lacks nothing but its newline is whole.
        if (end + r.length - 1 > size) break;
        end += r.length;
        whole++;
      }
      expect(scan.records.length).toBe(whole);
      expect(scan.end).toBe(Math.min(end, size));
      expect(scan.terminated).toBe(end <= size);
    }
  });

  it('loses one record, and no other, to one flipped bit anywhere', () => {
    for (let offset = 0; offset < log.length; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = Buffer.from(log);
        bytes[offset]! ^= 1 << bit;
        const hit = recordOf(offset);
        const isNewline = log[offset] === 10;
        expect(read(bytes)).toEqual(isNewline ? values : without(hit));
      }
    }
  });

  it('tells which record follows damage', () => {
    const bytes = Buffer.from(log);
    bytes[records[0]!.length + 30]! ^= 1;
    expect(scanRecords(bytes).records.map(r => r.afterDamage)).toEqual([false, true, false, false]);
  });

  it('goes on behind a run of NULs, wherever it begins and ends', () => {
    const second = records[0]!.length;
    for (let from = 0; from < second - 1; from += 3) {
      for (let to = second; to < second + records[1]!.length; to += 3) {
        const bytes = Buffer.from(log).fill(0, from, to);
        expect(read(bytes)).toEqual(values.slice(to === second ? 1 : 2));
      }
    }
  });

  it('finds a record behind half of one, without a newline between, even when that ends in digits', () => {
    for (let size = 0; size < records[0]!.length - 1; size++) {
      const bytes = Buffer.concat([records[0]!.subarray(0, size), records[1]!, records[2]!]);
      expect(read(bytes)).toEqual([values[1], values[2]]);
    }
    expect(read(Buffer.concat([Buffer.from('123'), records[1]!]))).toEqual([values[1]]);
  });

  it('takes no text inside a damaged record for a record', () => {
    const forged = encodeRecord('{"type":"notice","seq":7}').toString('latin1');
    const bytes = encodeRecord(JSON.stringify({ type: 'notice', text: forged, [forged]: forged }));
    bytes[0]! ^= 1;
    expect(read(bytes)).toEqual([]);
  });

  it('never throws and invents nothing, whatever the bytes', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const random = seeded(seed);
      const bytes = Buffer.from(log);
      for (let n = 0; n < 1 + random() * 6; n++) {
        const at = Math.floor(random() * bytes.length);
        const kind = random();
        if (kind < 0.4) bytes[at] = Math.floor(random() * 256);
        else if (kind < 0.7)
          bytes.fill(kind < 0.5 ? 0 : 10, at, Math.min(bytes.length, at + Math.floor(random() * 90)));
        else bytes.copy(bytes, at, Math.floor(random() * bytes.length));
      }
      for (const found of read(bytes)) expect(values).toContainEqual(found);
    }
  });

  it('reads each byte a bounded number of times, however many headers lie', () => {
    // With work squared in the size, this would be hours.
    const liar = Buffer.concat([Buffer.from('4000000 00000000 '), Buffer.from('{"type":"')]);
    const bytes = Buffer.alloc(4_100_000, liar);
    expect(read(Buffer.concat([bytes, Buffer.from('\n'), records[0]!]))).toEqual([values[0]]);
    expect(read(Buffer.concat([Buffer.alloc(4_100_000, '12 '), Buffer.from('\n'), records[0]!]))).toEqual([
      values[0],
    ]);
  });
});
