/**
 * One record of the log, and the scanner that finds records again in whatever a crash or a bad disk left.
 *
 *     <length of the JSON in bytes> <CRC-32C of the JSON, 8 hex digits> <JSON>\n
 *
 * The JSON is one line of plain ASCII: everything else is written as `\uXXXX`. So no reader can trip over U+2028 or
 * a charset, characters and bytes are the same number, and parsing never leaves V8's one-byte strings. It starts
 * with its type, so that a reader in a hurry can pick records without parsing them.
 *
 * Text inside a record cannot pass for a record: a header must be followed by `{"type":"`, and inside a JSON string
 * every quote is escaped.
 */
import { crc32c } from './crc32c.ts';

const NEWLINE = 10;
const SPACE = 32;
const BODY = Buffer.from('{"type":"', 'latin1');
const ZERO = 48;
const CRC_DIGITS = 8;
const MAX_LENGTH_DIGITS = 9;
/** Bytes between the length and the JSON: space, checksum, space. */
const HEADER_REST = 1 + CRC_DIGITS + 1;
const VAIN_PASSES = 16;

export function encodeRecord(json: string): Buffer {
  const body = Buffer.from(escapeNonAscii(json), 'latin1');
  const crc = crc32c(body).toString(16).padStart(CRC_DIGITS, '0');
  return Buffer.concat([Buffer.from(`${body.length} ${crc} `, 'latin1'), body, Buffer.of(NEWLINE)]);
}

/** JSON stays the same JSON; no charset can touch it. */
export function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Where one intact record's JSON lies. */
export interface RecordSpan {
  start: number;
  end: number;
  /** Bytes between the record before and this one are damaged. */
  afterDamage: boolean;
}

export interface Scan {
  records: RecordSpan[];
  /** End of the last intact record, its newline included: what follows is a torn tail. */
  end: number;
  /** False when the last intact record lacks its newline. */
  terminated: boolean;
}

/** Finds every intact record. Never throws; its time is linear in the number of bytes, whatever they are. */
export function scanRecords(bytes: Buffer): Scan {
  const scan: Scan = { records: [], end: 0, terminated: true };
  /** Bytes that may still be checked in vain. Forged headers cannot make the scan quadratic. */
  const budget = { left: VAIN_PASSES * bytes.length };
  let lineEnd = -1;
  for (let position = 0; position < bytes.length; ) {
    if (position > lineEnd) lineEnd = endOfLine(bytes, position);
    let record = recordAt(bytes, position, lineEnd, budget);
    // The next one may begin in mid-line: behind a run of NULs, or where a newline was damaged.
    for (let line = position; !record && line < bytes.length; line = lineEnd + 1) {
      lineEnd = endOfLine(bytes, line);
      record = recordWithin(bytes, line, lineEnd, budget);
    }
    if (!record) break;
    scan.records.push({ start: record.start, end: record.end, afterDamage: record.header !== scan.end });
    scan.terminated = bytes[record.end] === NEWLINE;
    position = scan.end = scan.terminated ? record.end + 1 : record.end;
  }
  return scan;
}

function endOfLine(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from);
  return newline < 0 ? bytes.length : newline;
}

interface Found {
  header: number;
  start: number;
  end: number;
}

/** The record whose header stands at `header`; no record reaches over a newline. */
function recordAt(
  bytes: Buffer,
  header: number,
  lineEnd: number,
  budget: { left: number },
): Found | undefined {
  let at = header;
  let length = 0;
  for (; at < header + MAX_LENGTH_DIGITS; at++) {
    const digit = bytes[at]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    length = length * 10 + digit;
  }
  const start = at + HEADER_REST;
  const end = start + length;
  if (at === header || end > lineEnd || length < BODY.length || length > budget.left) return undefined;
  if (bytes[at] !== SPACE || bytes[start - 1] !== SPACE) return undefined;
  for (let i = 0; i < BODY.length; i++) if (bytes[start + i] !== BODY[i]) return undefined;
  if (crc32c(bytes, start, end) === hexAt(bytes, at + 1)) return { header, start, end };
  budget.left -= length;
  return undefined;
}

/** The checksum written at `from`; NaN when it is none. */
function hexAt(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; at < from + CRC_DIGITS; at++) {
    const byte = bytes[at]!;
    const digit =
      byte >= ZERO && byte <= 57 ? byte - ZERO : byte >= 97 && byte <= 102 ? byte - 87 : Number.NaN;
    value = value * 16 + digit;
  }
  return value;
}

/** The first intact record that lies anywhere in this line. */
function recordWithin(
  bytes: Buffer,
  line: number,
  lineEnd: number,
  budget: { left: number },
): Found | undefined {
  const text = bytes.subarray(0, lineEnd);
  for (let body = text.indexOf(BODY, line); body >= 0; body = text.indexOf(BODY, body + BODY.length)) {
    const lengthEnd = body - HEADER_REST;
    const longest = Math.max(line, lengthEnd - MAX_LENGTH_DIGITS);
    // Damage before it may end in digits too: each of them may be where the length begins.
    for (let header = longest; header < lengthEnd; header++) {
      const record = recordAt(bytes, header, lineEnd, budget);
      if (record?.start === body) return record;
    }
  }
  return undefined;
}
