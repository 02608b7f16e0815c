/** How long silence is borne. Any sign of life counts once the first token has come. */
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
  const { signal } = waiting;
  const iterator = source[Symbol.asyncIterator]();
  const watch = watchFor(waiting);
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = iterator.next();
      next.catch(() => {});
      const result = await Promise.race([next, watch.over()]);
      if (result.done) {
        ended = true;
        return;
      }
      watch.heard(waiting.isToken(result.value));
      yield result.value;
    }
  } finally {
    watch.end();
    // Not awaited: a source that hangs in `next` would never answer `return`.
    if (!ended) iterator.return?.().catch(() => {});
  }
}

/** One for all: a reason made for each request would cost its stack. */
const AWAKE = new Error('Something was heard.');

/**
 * Rejects once the silence was too long. It sleeps once and not for each event: where it finds on waking that something
 * was heard meanwhile, it goes on for what is left. Hundreds of events a second cost no timers.
 */
function watchFor<T>({ patience, clock, signal, stalled }: Waiting<T>) {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let sleeping: AbortController | undefined;
  let begun = false;
  /** Since when the source has been silent, as far as it counts. */
  let since = clock.now();

  const wake = () => {
    sleeping?.abort(signal.aborted ? signal.reason : AWAKE);
    sleeping = undefined;
  };
  const sleep = async (limit: number, until: AbortSignal) => {
    for (;;) {
      const left = limit - (clock.now() - since);
      if (left <= 0) throw stalled(limit);
      await clock.sleep(left, until);
    }
  };
  signal.addEventListener('abort', wake);
  return {
    /** Never resolves. Called when the source is asked: while nobody asks, silence is not its fault. */
    over(): Promise<never> {
      if (begun) since = clock.now();
      if (!sleeping) {
        const own = new AbortController();
        sleeping = own;
        sleep(begun ? patience.betweenMs : patience.firstTokenMs, own.signal).catch(error => {
          if (sleeping === own || signal.aborted) failed.reject(error);
        });
      }
      return failed.promise;
    },
    heard(token: boolean) {
      if (begun || !token) return;
      begun = true;
      wake();
    },
    end() {
      signal.removeEventListener('abort', wake);
      wake();
    },
  };
}
