/** The first and the last part of a recorded output of any length. */
import { fstatSync, readSync } from 'node:fs';
import { plainText } from '../../protocol/plainText.ts';

/** Bytes. */
export const HEAD_BYTES = 32 * 1024;
/** Bytes. */
export const TAIL_BYTES = 96 * 1024;
/** How much of a cut's edge may go so that it falls on a line's border. */
const LONGEST_RAGGED_LINE = 4096;

export interface OutputEnds {
  head: string;
  tail: string;
  totalBytes: number;
  omittedBytes: number;
}

/** `file`: a descriptor that can be read. Nothing is kept but the ends, so its size does not matter. */
export function outputEnds(file: number): OutputEnds {
  const totalBytes = fstatSync(file).size;
  if (totalBytes <= HEAD_BYTES + TAIL_BYTES) {
    const all = readAt(file, 0, totalBytes).toString('utf8');
    return { head: plainText(all), tail: '', totalBytes, omittedBytes: 0 };
  }
  const first = endAtLine(readAt(file, 0, HEAD_BYTES));
  const last = startAtLine(readAt(file, totalBytes - TAIL_BYTES, TAIL_BYTES));
  return {
    head: plainText(first.toString('utf8')),
    tail: plainText(last.toString('utf8')),
    totalBytes,
    omittedBytes: totalBytes - first.length - last.length,
  };
}

/** Less than `length` where the file ends before. */
export function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(file, bytes, filled, length - filled, position + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

function endAtLine(bytes: Buffer): Buffer {
  const newline = bytes.lastIndexOf(10);
  if (newline >= bytes.length - LONGEST_RAGGED_LINE) return bytes.subarray(0, newline + 1);
  let end = bytes.length;
  // Back to the start of a character that the cut leaves incomplete.
  for (let i = 1; i <= 4 && i <= bytes.length; i++) {
    const byte = bytes[bytes.length - i]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > i) end = bytes.length - i;
    break;
  }
  return bytes.subarray(0, end);
}

function startAtLine(bytes: Buffer): Buffer {
  const newline = bytes.indexOf(10);
  if (newline >= 0 && newline < LONGEST_RAGGED_LINE) return bytes.subarray(newline + 1);
  let start = 0;
  while (start < 4 && (bytes[start]! & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
