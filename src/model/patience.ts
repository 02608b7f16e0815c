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
  let ended = false;
  let timer = new AbortController();
  const stop = () => timer.abort(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      signal.throwIfAborted();
      const limit = begun ? patience.betweenMs : patience.firstTokenMs;
      const left = begun ? limit : Math.max(0, limit - (clock.now() - startedAt));
      timer = new AbortController();
      // Loses the race in silence, or ends it: with the stall, or with the reason that `stop` passes on.
      const tooLong = clock.sleep(left, timer.signal).then((): never => {
        throw waiting.stalled(limit);
      });
      const next = iterator.next();
      next.catch(() => {});
      const result = await Promise.race([next, tooLong]).finally(() => timer.abort());
      if (result.done) {
        ended = true;
        return;
      }
      begun ||= waiting.isToken(result.value);
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not awaited: a source that hangs in `next` would never answer `return`.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
