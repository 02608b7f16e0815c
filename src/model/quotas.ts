/** How much a host will still take, as far as it has told: in headers for a while, in refusals for good. */
import type { RateTier } from './profile.ts';
import type { Wait } from './scheduler.ts';

export interface Quotas {
  /** Requests at once. */
  readonly atOnce: number;
  /** Prompt and output budget together; Infinity where nobody has told. */
  readonly tokensAMinute: number;
  /** Why a request of so many tokens would be refused now. Times in milliseconds since the epoch. */
  obstacle(tokens: number, now: number): Wait | undefined;
  take(tokens: number, now: number): void;
  learn(headers: Headers, now: number): void;
  /** Learns a limit that the words of a refusal name. */
  refused(message: string): void;
  /** Forgets all that hangs on a moment; limits stay. */
  forgetMoments(): void;
}

const MINUTE_MS = 60_000;
/** A reset that is further away (a daily limit) is not waited for: the host's own refusal tells it better. */
const LONGEST_WAIT_MS = 10 * MINUTE_MS;

/** `X-RateLimit-Remaining-Requests` and kin (OpenAI's names); the plain ones (Moonshot's help page) count requests. */
const HEADERS = {
  requests: ['-requests', ''],
  tokens: ['-tokens'],
} as const;
type Unit = keyof typeof HEADERS;

/** Moonshot's words: "max concurrency: 1", "max RPM: 3" or "max request: 3", "TPM rate limit, current: 9, limit: 8". */
const TOLD = {
  atOnce: /\bmax(?:imum)? concurrency:? *(\d+)/i,
  requests: /\bmax(?:imum)? (?:RPM|requests?):? *(\d+)|\bRPM\b.*?\blimit: *(\d+)/i,
  tokens: /\bmax(?:imum)? TPM:? *(\d+)|\bTPM\b.*?\blimit: *(\d+)/i,
} as const;

/** `tiers`: what the host publishes of its accounts' limits. One limit that is told may tell the others. */
export function createQuotas(host: string, tiers: readonly RateTier[] = []): Quotas {
  /** Until its reset; what the headers of the newest answer said, less what has gone out since. */
  const left: Partial<Record<Unit, { amount: number; resetsAt: number }>> = {};
  /** Most at once, requests a minute, tokens a minute. */
  const limits = { atOnce: Infinity, requests: Infinity, tokens: Infinity };
  let lastMinute: { at: number; requests: 1; tokens: number }[] = [];

  /** When the unit's share of the last minute will have room again. */
  const roomAt = (unit: Unit, need: number, now: number): number => {
    const recent = lastMinute.filter(sent => sent.at + MINUTE_MS > now);
    let used = recent.reduce((sum, sent) => sum + sent[unit], 0);
    let at = now;
    // A request above the whole limit is let through alone: the host decides.
    for (const sent of recent) {
      if (used + need <= limits[unit]) break;
      used -= sent[unit];
      at = sent.at + MINUTE_MS;
    }
    return at;
  };

  return {
    get atOnce() {
      return limits.atOnce;
    },
    get tokensAMinute() {
      return limits.tokens;
    },

    obstacle(tokens, now) {
      const need = { requests: 1, tokens };
      const waits = (['requests', 'tokens'] as const).map(unit => {
        const told = left[unit];
        const resetsAt = told && told.amount < need[unit] ? told.resetsAt : now;
        return { unit, delayMs: Math.max(resetsAt, roomAt(unit, need[unit], now)) - now };
      });
      const longest = waits[0]!.delayMs >= waits[1]!.delayMs ? waits[0]! : waits[1]!;
      if (longest.delayMs <= 0) return undefined;
      return {
        reason: `${host} limits the ${longest.unit} in a minute.`,
        delayMs: longest.delayMs,
      };
    },

    take(tokens, now) {
      lastMinute = lastMinute.filter(sent => sent.at + MINUTE_MS > now);
      lastMinute.push({ at: now, requests: 1, tokens });
      if (left.requests) left.requests.amount -= 1;
      if (left.tokens) left.tokens.amount -= tokens;
    },

    learn(headers, now) {
      for (const unit of ['requests', 'tokens'] as const) {
        for (const suffix of HEADERS[unit]) {
          const amount = Number(headers.get(`x-ratelimit-remaining${suffix}`) ?? Number.NaN);
          const resetsAt = resetOf(headers.get(`x-ratelimit-reset${suffix}`), now);
          if (!(amount >= 0) || resetsAt === undefined) continue;
          if (resetsAt - now <= LONGEST_WAIT_MS) left[unit] = { amount, resetsAt };
          else delete left[unit];
          break;
        }
      }
      // Named beside a reset within two minutes it is the limit of a minute; hosts count days there, too.
      const limit = Number(headers.get('x-ratelimit-limit-tokens') ?? Number.NaN);
      const reset = resetOf(headers.get('x-ratelimit-reset-tokens'), now);
      if (limit > 0 && reset !== undefined && reset - now <= 2 * MINUTE_MS) limits.tokens = limit;
    },

    forgetMoments() {
      lastMinute = [];
      delete left.requests;
      delete left.tokens;
    },

    refused(message) {
      for (const [limit, pattern] of Object.entries(TOLD) as [keyof typeof TOLD, RegExp][]) {
        const found = pattern.exec(message);
        const told = Number(found?.[1] ?? found?.[2]);
        if (!(told > 0)) continue;
        limits[limit] = told;
        const possible = tiers.filter(tier => tier[limit] === told);
        const [tier] = possible;
        // Limits of other tiers may be told by the same figure: then nothing follows from it.
        if (tier && possible.length === 1)
          for (const other of ['atOnce', 'requests', 'tokens'] as const)
            limits[other] = Math.min(limits[other], tier[other]);
      }
    },
  };
}

/** Seconds from now, a duration ("6m0.5s", "20ms"), or a point in time in seconds or milliseconds of the epoch. */
function resetOf(header: string | null, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const number = Number(text);
  if (number >= 1e11) return number;
  if (number >= 1e9) return number * 1000;
  if (number >= 0) return now + number * 1000;
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const units = { ms: 1, s: 1000, m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS };
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    ms += Number(amount) * units[unit as keyof typeof units];
  return now + ms;
}
