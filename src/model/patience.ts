/** How long silence is borne. One timer per event; any sign of life counts once the first token has come. */
import type { Clock } from './clock.ts';

export interface Patience {
  /** Up to the first token, milliseconds: flooded servers take 4 to 5 minutes on average (vLLM's own benchmark). */
  firstTokenMs: number;
  /** Between two events after that, milliseconds. */
  betweenMs: number;
}

export const PATIENCE: Patience = { firstTokenMs: 600_000, betweenMs: 120_000 };

export interface Waiting<T> {
  patience: Patience;
  clock: Clock;
  signal: AbortSignal;
  /** Whether this event is a token, as opposed to a mere sign of life. */
  isToken(event: T): boolean;
  /** Made when the silence was too long. */
  stalled(silentMs: number): Error;
}

/** Passes the source on. Throws `stalled`, or the signal's reason at once, whatever the source is waiting for. */
export async function* patiently<T>(source: AsyncIterable<T>, waiting: Waiting<T>): AsyncGenerator<T> {
  const { patience, clock, signal } = waiting;
  const iterator = source[Symbol.asyncIterator]();
  const startedAt = clock.now();
  let begun = false;
  signal.throwIfAborted();
  const aborted = new AbortController();
  const rejectOnAbort = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: aborted.signal });
  });
  rejectOnAbort.catch(() => {});
  let ended = false;
  try {
    for (;;) {
      const limit = begun ? patience.betweenMs : patience.firstTokenMs;
      const left = begun ? limit : Math.max(0, limit - (clock.now() - startedAt));
      const timer = new AbortController();
      const next = iterator.next();
      next.catch(() => {});
      try {
        const tooLong = clock.sleep(left, timer.signal).then((): never => {
          throw waiting.stalled(limit);
        });
        const result = await Promise.race([next, tooLong, rejectOnAbort]);
        if (result.done) {
          ended = true;
          return;
        }
        begun ||= waiting.isToken(result.value);
        yield result.value;
      } finally {
        timer.abort();
      }
    }
  } finally {
    aborted.abort();
    // Not awaited: a source that hangs in `next` would never answer `return`.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
