/** Text for people while a command runs: decoded, made plain, and passed on in pieces they can follow. */
import { StringDecoder } from 'node:string_decoder';
import { plainTextStream } from '../../protocol/plainText.ts';

/** Live output is passed on at most this often. */
export const LIVE_EVERY_MS = 50;
/** Of one piece of live output, bytes: nobody reads faster. */
export const LIVE_LIMIT = 8_000;

export interface LiveOutput {
  push(chunk: Buffer): void;
  /** Passes on what waits. */
  flush(): void;
  end(): void;
}

export function liveOutput(onOutput: (text: string) => void): LiveOutput {
  const decoder = new StringDecoder('utf8');
  const plain = plainTextStream();
  let waiting = '';
  const flush = () => {
    const text = plain(waiting);
    waiting = '';
    if (text) onOutput(text);
  };
  return {
    push(chunk) {
      waiting = (waiting + decoder.write(chunk)).slice(-LIVE_LIMIT);
    },
    flush,
    end() {
      waiting += decoder.end();
      flush();
    },
  };
}
