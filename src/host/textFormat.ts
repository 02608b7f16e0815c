/** Bytes to text and back, such that text nobody changed gives the bytes it came from. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { HostError, type TextFormat } from './host.ts';

export const UTF8: TextFormat = { charset: 'utf8', bom: false };

/** sha256 hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Undefined for bytes that are no text. */
export function decode(bytes: Buffer): { text: string; format: TextFormat } | undefined {
  const [b0, b1, b2] = bytes;
  if (b0 === 0xff && b1 === 0xfe) return utf16(bytes, 'utf16le');
  if (b0 === 0xfe && b1 === 0xff) return utf16(bytes, 'utf16be');
  if (bytes.includes(0)) return undefined;
  if (isUtf8(bytes)) {
    const bom = b0 === 0xef && b1 === 0xbb && b2 === 0xbf;
    return { text: bytes.toString('utf8', bom ? 3 : 0), format: { charset: 'utf8', bom } };
  }
  if (looksBinary(bytes)) return undefined;
  return { text: bytes.toString('latin1'), format: { charset: 'latin1', bom: false } };
}

/** Throws HostError when the charset has no place for a character. */
export function encode(text: string, format: TextFormat): Buffer {
  if (format.charset === 'latin1') {
    const foreign = /[^\x00-\xff]/u.exec(text);
    if (foreign)
      throw new HostError(
        'failed',
        `the file is encoded in Latin-1, which has no character "${foreign[0]}"; use only Latin-1 characters`,
      );
    return Buffer.from(text, 'latin1');
  }
  const marked = format.bom ? `\ufeff${text}` : text;
  if (format.charset === 'utf8') return Buffer.from(marked, 'utf8');
  const bytes = Buffer.from(marked, 'utf16le');
  return format.charset === 'utf16be' ? bytes.swap16() : bytes;
}

function utf16(bytes: Buffer, charset: 'utf16le' | 'utf16be') {
  if (bytes.length % 2 !== 0) return undefined;
  const little = charset === 'utf16le' ? bytes : Buffer.from(bytes).swap16();
  return { text: little.toString('utf16le', 2), format: { charset, bom: true } };
}

/** Not UTF-8, no NUL: Latin-1 text has hardly any control characters, compressed data has many. */
function looksBinary(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 8192);
  let controls = 0;
  for (const byte of sample)
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls++;
  return controls * 100 > sample.length;
}
