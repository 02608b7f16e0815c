/**
 * Who may ask a backend next. One queue per origin and key, shared by all that call the model: hosts count requests
 * and tokens per account, so what one session does costs the others.
 *
 * Nothing is known of an account's limits before the host tells them, in headers or in the words of a refusal; until
 * then requests go out at once. What is told is kept to, and requests wait here, in order, instead of at the host.
 */
import type { ModelError } from './client.ts';
import { type Clock, orAborted, systemClock } from './clock.ts';
import type { RateTier } from './profile.ts';
import { createQuotas } from './quotas.ts';

export interface Scheduler {
  /** `tiers`: what the host publishes of its accounts' limits; the first to ask for a lane says them. */
  lane(origin: string, apiKey: string | undefined, tiers?: readonly RateTier[]): Lane;
}

/** Why a request does not go out yet. Without `delayMs` nobody can tell how long. */
export interface Wait {
  reason: string;
  delayMs?: number;
}

export interface Lane {
  /** What a request's prompt and output budget are charged to; Infinity where nobody has told. */
  readonly tokensAMinute: number;
  /**
   * Yields the reasons to wait, each once, and returns when the request may go out; `leave` must follow. `tokens`: the
   * prompt and the whole output budget, because hosts charge both to the rate limit in advance. `who`: as given to
   * `failed`, the same for all attempts of one request. Throws the signal's reason at once, or the error that stopped
   * all who waited.
   */
  enter(tokens: number, signal: AbortSignal, who: object): AsyncGenerator<Wait, void>;
  /** After each `enter` that returned. `answered`: by a whole reply. */
  leave(answered: boolean): void;
  /** What any answer of the host says about its limits. */
  learn(headers: Headers): void;
  /**
   * A failure, whatever its kind. `delayMs`: when `who` will try again, undefined when it is final. After a refusal all
   * others wait for as long.
   */
  failed(error: ModelError, delayMs: number | undefined, who: object): void;
}

/** The clock's `now` is milliseconds since the epoch: hosts name points in time. */
export function createScheduler(clock: Clock = { ...systemClock, now: Date.now }): Scheduler {
  const lanes = new Map<string, Lane>();
  return {
    lane(origin, apiKey, tiers) {
      const name = `${origin}\n${apiKey ?? ''}`;
      const lane = lanes.get(name) ?? createLane(URL.parse(origin)?.host ?? origin, clock, tiers);
      lanes.set(name, lane);
      return lane;
    },
  };
}

/** Clocks are set a little all the time. */
const SLACK_MS = 5_000;

interface Place {
  who: object;
  /** Of the prompt and the output budget. */
  tokens: number;
  stopped?: ModelError;
}

function createLane(host: string, clock: Clock, tiers?: readonly RateTier[]): Lane {
  const quotas = createQuotas(host, tiers);
  const queue: Place[] = [];
  let running = 0;
  /** Requests at once: lowered by overloads, raised by replies. */
  let most = Number.POSITIVE_INFINITY;
  let coolDown: { until: number; reason: string; who?: object } = { until: 0, reason: '' };
  let changed = Promise.withResolvers<void>();
  let latest = 0;

  /** Where the clock was set back, what is remembered of moments would hold everybody for as long. */
  const now = (): number => {
    const at = clock.now();
    if (at < latest - SLACK_MS) {
      coolDown = { until: 0, reason: '' };
      quotas.forgetMoments();
    }
    latest = at;
    return at;
  };

  const wake = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  /** What the first in the queue waits for, and with it everyone. */
  const obstacle = (at: number): Wait | undefined => {
    const first = queue[0];
    if (!first) return undefined;
    // Whoever was refused has waited by itself.
    if (at < coolDown.until && coolDown.who !== first.who)
      return { reason: coolDown.reason, delayMs: coolDown.until - at };
    const full = running >= Math.min(most, quotas.atOnce);
    if (full) return { reason: `${host} takes no more requests at once.` };
    return quotas.obstacle(first.tokens, at);
  };

  return {
    get tokensAMinute() {
      return quotas.tokensAMinute;
    },

    async *enter(tokens, signal, who) {
      const mine: Place = { who, tokens };
      queue.push(mine);
      let told = { reason: '', until: 0 };
      try {
        for (;;) {
          signal.throwIfAborted();
          if (mine.stopped) throw mine.stopped;
          const at = now();
          const wait = obstacle(at);
          if (!wait && queue[0] === mine) break;
          // Taken before anyone hears of the wait: what changes meanwhile must not be missed.
          const news = changed.promise;
          const until = at + (wait?.delayMs ?? 0);
          if (wait && (wait.reason !== told.reason || Math.abs(until - told.until) > 500)) {
            told = { reason: wait.reason, until };
            yield wait;
          }
          await pause(news, wait?.delayMs === undefined ? undefined : until - now(), signal, clock);
        }
        running++;
        quotas.take(tokens, now());
      } finally {
        queue.splice(queue.indexOf(mine), 1);
        wake();
      }
    },

    leave(answered) {
      running--;
      if (answered) most++;
      wake();
    },

    learn(headers) {
      quotas.learn(headers, now());
      wake();
    },

    failed(error, delayMs, who) {
      if (error.kind === 'quota') for (const place of queue) place.stopped = error;
      if (error.kind === 'rateLimit' || error.kind === 'overloaded') {
        quotas.refused(error.message);
        // Not for requests or tokens a minute: fewer at once would not help there.
        if (error.kind === 'overloaded') most = Math.max(1, Math.min(most, running));
        const until = now() + (delayMs ?? 0);
        if (until > coolDown.until) coolDown = { until, reason: error.message, who };
      }
      wake();
    },
  };
}

async function pause(
  news: Promise<void>,
  ms: number | undefined,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  const timer = new AbortController();
  try {
    const waits = ms === undefined ? [news] : [news, clock.sleep(ms, timer.signal)];
    await orAborted(() => Promise.race(waits), signal);
  } finally {
    timer.abort();
  }
}
