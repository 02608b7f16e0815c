/**
 * When a request is made again. Nothing of a failed attempt survives it: what was shown is voided by a `retry` delta,
 * and calls run only from a finished reply, so a retry never repeats a side effect.
 */
import { BudgetSpent } from './budgetSpent.ts';
import { type ModelDelta, ModelError, type ModelErrorKind } from './client.ts';
import type { Clock } from './clock.ts';

export interface RetryOptions {
  sleep: Clock['sleep'];
  signal: AbortSignal;
  /** From 0 up to 1. */
  random(): number;
  /** False until this backend has once answered: a wrong address should be told soon. */
  known(): boolean;
}

/** The most attempts for each kind of trouble; kinds that are not here are never tried again. */
const ATTEMPTS: Partial<Record<ModelErrorKind, number>> = {
  overloaded: 10,
  rateLimit: 10,
  network: 8,
  server: 6,
  stalled: 3,
  empty: 3,
};
const ATTEMPTS_UNKNOWN = 2;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 32_000;
/** A backend that asks for more patience than this is reported instead. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** `attempt` gets the error that voided the one before. In the deltas attempts are numbered from 1. */
export async function* withRetries(
  attempt: (before: ModelError | undefined) => AsyncIterable<ModelDelta>,
  options: RetryOptions,
): AsyncGenerator<ModelDelta> {
  let before: ModelError | undefined;
  for (let number = 1; ; number++) {
    try {
      yield* attempt(before);
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      const delayMs = delayBefore(error, number, options);
      if (delayMs === undefined) throw error;
      yield { type: 'retry', error, attempt: number + 1, delayMs };
      await options.sleep(delayMs, options.signal);
      before = error;
    }
  }
}

/** Milliseconds to wait after this failure of attempt `number`; undefined: it is final. */
function delayBefore(error: ModelError, number: number, { random, known }: RetryOptions): number | undefined {
  const most = ATTEMPTS[error.kind] ?? 0;
  if (error instanceof BudgetSpent) return error.remedy && number < most ? 0 : undefined;
  const unreachable = error.kind === 'network' && error.cause !== undefined && !known();
  if (number >= (unreachable ? ATTEMPTS_UNKNOWN : most)) return undefined;
  if (error.retryAfterMs !== undefined)
    return error.retryAfterMs <= LONGEST_WAIT_MS ? error.retryAfterMs : undefined;
  const doubled = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (number - 1));
  return Math.round(doubled * (1 + random() / 4));
}
