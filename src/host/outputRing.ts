/** The first and the last bytes of a stream of any length, in a fixed amount of memory. */

/** Bytes. */
export const HEAD_BYTES = 32 * 1024;
/** Bytes. */
export const TAIL_BYTES = 96 * 1024;
/** How much of a cut's edge may go so that it falls on a line's border. */
const LONGEST_RAGGED_LINE = 4096;

export interface OutputRing {
  push(chunk: Buffer): void;
  result(): { head: string; tail: string; totalBytes: number; omittedBytes: number };
}

export function outputRing(): OutputRing {
  const head = Buffer.alloc(HEAD_BYTES);
  const tail = Buffer.alloc(TAIL_BYTES);
  let headLength = 0;
  /** Bytes that went to the tail, also those overwritten since. */
  let tailTotal = 0;

  return {
    push(chunk) {
      const forHead = chunk.copy(head, headLength, 0, HEAD_BYTES - headLength);
      headLength += forHead;
      const rest = chunk.subarray(Math.max(forHead, chunk.length - TAIL_BYTES));
      tailTotal += chunk.length - forHead;
      const end = tailTotal % TAIL_BYTES;
      const start = (((end - rest.length) % TAIL_BYTES) + TAIL_BYTES) % TAIL_BYTES;
      const first = rest.copy(tail, start, 0, Math.min(rest.length, TAIL_BYTES - start));
      rest.copy(tail, 0, first);
    },
    result() {
      const totalBytes = headLength + tailTotal;
      const end = tailTotal % TAIL_BYTES;
      if (tailTotal <= TAIL_BYTES) {
        // Nothing was lost: the border between head and tail may lie inside a character, so both are one text.
        const all = Buffer.concat([head.subarray(0, headLength), tail.subarray(0, tailTotal)]);
        return { head: all.toString('utf8'), tail: '', totalBytes, omittedBytes: 0 };
      }
      const first = endAtLine(head.subarray(0, headLength));
      const last = startAtLine(Buffer.concat([tail.subarray(end), tail.subarray(0, end)]));
      return {
        head: first.toString('utf8'),
        tail: last.toString('utf8'),
        totalBytes,
        omittedBytes: totalBytes - first.length - last.length,
      };
    },
  };
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
