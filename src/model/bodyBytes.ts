/**
 * A request's body as bytes of JSON. A session sends all of its history at each step, and step 300 should not pay for the
 * 299 before: the messages stand first and stay where they are, what is new is written behind them.
 */
import { asArray, asObject, type Json } from './json.ts';

export interface BodyWriter {
  /**
   * Objects in `messages` must never change once they were given. The bytes are good until `sent` is called; then the
   * next body is written over their end.
   */
  write(body: Json): { bytes: Uint8Array<ArrayBuffer>; sent(): void };
}

const BEGIN = '{"messages":[';
const FIRST_SIZE = 256 * 1024;

interface Written {
  buffer: Buffer<ArrayBuffer>;
  /** The messages in it, in order, and where each ends. */
  messages: unknown[];
  ends: number[];
  /** Somebody may still read it. */
  inUse: boolean;
}

export function createBodyWriter(): BodyWriter {
  let last: Written | undefined;
  return {
    write({ messages: list, ...rest }) {
      const messages = asArray(list);
      const written = last && !last.inUse ? last : begin();
      last = written;
      keepCommon(written, messages);
      for (const message of messages.slice(written.messages.length)) {
        put(written, endOf(written), (written.messages.length ? ',' : '') + JSON.stringify(message), message);
      }
      const tail = JSON.stringify(rest);
      const size = endOf(written);
      const end = put(written, size, tail === '{}' ? ']}' : `],${tail.slice(1)}`);
      written.inUse = true;
      const sent = () => {
        written.inUse = false;
      };
      return { bytes: written.buffer.subarray(0, end), sent };
    },
  };
}

function begin(): Written {
  const buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  buffer.write(BEGIN);
  return { buffer, messages: [], ends: [], inUse: false };
}

const endOf = ({ ends }: Written) => ends.at(-1) ?? BEGIN.length;

/** Forgets what is not also at the beginning of `messages`: history may be cut, or another one be sent. */
function keepCommon(written: Written, messages: readonly unknown[]): void {
  let same = 0;
  while (same < written.messages.length && isSame(written.messages[same], messages[same])) same++;
  written.messages.length = same;
  written.ends.length = same;
}

const isSame = (a: unknown, b: unknown) => a === b && asObject(a) !== undefined;

/** Gives the place behind it. */
function put(written: Written, at: number, text: string, message?: unknown): number {
  // No character takes more than three bytes for each of its units.
  const most = at + text.length * 3;
  if (most > written.buffer.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(most, written.buffer.length * 2));
    written.buffer.copy(larger, 0, 0, at);
    written.buffer = larger;
  }
  const end = at + written.buffer.write(text, at);
  if (message !== undefined) {
    written.messages.push(message);
    written.ends.push(end);
  }
  return end;
}
