/**
 * What tokens cost: list prices per million tokens, with the day they were read. A price that is not here is not
 * guessed; the call then has no cost.
 */

import type { Backend } from '../protocol/events.ts';
import type { Money, Usage } from '../protocol/message.ts';
import type { AskingPrice } from './client.ts';
import type { Profile } from './profile.ts';
import { isLoopback, profileOf } from './profileOf.ts';

export interface Price {
  model: RegExp;
  currency: Money['currency'];
  /** Per million input tokens that were not in the cache. */
  input: number;
  /** Per million input tokens served from the cache. */
  cached: number;
  /** Per million output tokens, reasoning included. */
  output: number;
  /** The day of the source, ISO. */
  date: string;
  /** The day the model went, for prices that only old sessions need. */
  until?: string;
}

type Row = [model: RegExp, input: number, cached: number, output: number, until?: string];
const rows = (currency: Money['currency'], date: string, list: Row[]): Price[] =>
  list.map(([model, input, cached, output, until]) => ({
    model,
    currency,
    input,
    cached,
    output,
    date,
    ...(until && { until }),
  }));

/**
 * Moonshot's own figures: the announcement of K2-Thinking (4 / 16 / 1 CNY per million input, output and cache-hit
 * tokens; turbo 8 / 58 / 1) and the price pages of mid-2026. Alibaba's: its Model Studio page of Kimi models
 * (2025-11-13). Other hosts: the listing of models.dev, at the day given. Where a host names no cache price, all input
 * costs the same.
 */
export const PRICES: Readonly<Record<string, readonly Price[]>> = {
  moonshot: rows('USD', '2026-07-02', [
    [/^kimi-k2-thinking-turbo$/, 1.15, 0.15, 8, '2026-05-25'],
    [/^kimi-k2-thinking$/, 0.6, 0.15, 2.5, '2026-05-25'],
    [/^kimi-k2\.5$/, 0.6, 0.1, 3, '2026-08-31'],
    [/^kimi-k2\.6$/, 0.95, 0.16, 4],
    [/^kimi-k2\.7-code-highspeed$/, 1.9, 0.38, 8],
    [/^kimi-k2\.7-code$/, 0.95, 0.19, 4],
    [/^kimi-k3$/, 3, 0.3, 15],
  ]),
  'moonshot-cn': rows('CNY', '2026-07-02', [
    [/^kimi-k2-thinking-turbo$/, 8, 1, 58, '2026-05-25'],
    [/^kimi-k2-thinking$/, 4, 1, 16, '2026-05-25'],
    [/^kimi-k2\.6$/, 6.5, 6.5, 27],
    [/^kimi-k3$/, 20, 2, 100],
  ]),
  openrouter: rows('USD', '2026-07-02', [
    [/kimi-k2-thinking$/i, 0.6, 0.6, 2.5],
    [/kimi-k2\.6$/i, 0.55, 0.11, 3.2],
    [/kimi-k2\.7-code$/i, 0.74, 0.15, 3.5],
  ]),
  together: [
    ...rows('USD', '2026-02-10', [[/kimi-k2-thinking$/i, 1.2, 1.2, 4]]),
    ...rows('USD', '2026-07-02', [
      [/kimi-k2\.6$/i, 1.2, 0.2, 4.5],
      [/kimi-k2\.7-code$/i, 0.95, 0.19, 4],
    ]),
  ],
  fireworks: [
    ...rows('USD', '2026-01-28', [[/kimi-k2-thinking$/i, 0.6, 0.3, 2.5]]),
    ...rows('USD', '2026-07-02', [
      [/kimi-k2p6-(fast|turbo)$/i, 2, 0.3, 8],
      [/kimi-k2p6$/i, 0.95, 0.16, 4],
      [/kimi-k2p7-code-fast$/i, 1.9, 0.38, 8],
      [/kimi-k2p7-code$/i, 0.95, 0.19, 4],
    ]),
  ],
  novita: rows('USD', '2026-07-02', [
    [/kimi-k2-thinking$/i, 0.6, 0.15, 2.5],
    [/kimi-k2\.6$/i, 0.95, 0.16, 4],
  ]),
  deepinfra: [
    ...rows('USD', '2026-01-13', [[/kimi-k2-thinking$/i, 0.47, 0.141, 2]]),
    ...rows('USD', '2026-07-02', [
      [/kimi-k2\.6$/i, 0.75, 0.15, 3.5],
      [/kimi-k2\.7-code$/i, 0.74, 0.15, 3.5],
    ]),
  ],
  vercel: rows('USD', '2026-07-02', [
    [/kimi-k2-thinking$/i, 0.47, 0.141, 2],
    [/kimi-k2\.6$/i, 0.95, 0.16, 4],
    [/kimi-k2\.7-code-highspeed$/i, 1.9, 0.38, 8],
    [/kimi-k2\.7-code$/i, 0.95, 0.19, 4],
  ]),
  siliconflow: [
    ...rows('USD', '2026-01-13', [[/kimi-k2-thinking$/i, 0.55, 0.55, 2.5]]),
    ...rows('USD', '2026-07-02', [[/kimi-k2\.6$/i, 0.77, 0.2, 4]]),
  ],
  alibaba: rows('CNY', '2025-11-13', [[/^kimi-k2-thinking$/, 4, 4, 16]]),
  vertex: rows('USD', '2026-07-02', [[/kimi-k2-thinking-maas$/i, 0.6, 0.6, 2.5]]),
  bedrock: rows('USD', '2026-07-02', [[/kimi-k2-thinking$/i, 0.6, 0.6, 2.5]]),
};

/** Undefined where calls cost nothing per token, and where the price is not known. */
export function priceOf(profile: Profile, model: string): Price | undefined {
  return profile.prices ? PRICES[profile.prices]?.find(p => p.model.test(model)) : undefined;
}

/**
 * Whether a backend is known to cost nothing per token: an engine of one's own, or an address that only this machine
 * or its private network has. What merely names no profile may be anyone's, at any price.
 */
export function isFree(backend: Pick<Backend, 'profile' | 'baseUrl'>): boolean {
  const profile = profileOf(backend);
  if (profile.prices) return false;
  const host = URL.parse(backend.baseUrl)?.hostname ?? '';
  return (profile.selfHosted && profile.id !== 'custom') || isLoopback(host) || PRIVATE.test(host);
}
/** RFC 1918, RFC 4193, link-local names, and names without a domain. */
const PRIVATE =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$|^\[f[cd][\da-f]{2}:|\.(local|internal|lan)$|^[a-z\d-]+$/i;

/** In the price's currency; prices are per million tokens. */
export function costOf(usage: Usage, price: Price): Money {
  const fresh = usage.promptTokens - usage.cachedTokens;
  const sum = fresh * price.input + usage.cachedTokens * price.cached + usage.completionTokens * price.output;
  return { amount: sum / 1_000_000, currency: price.currency };
}

/** The most that a request may cost: nothing of its prompt from the cache, all of its output budget used. */
export function askingPrice(
  price: Price | undefined,
  promptTokens: number,
  outputTokens: number,
): AskingPrice {
  const usage = { promptTokens, cachedTokens: 0, completionTokens: outputTokens };
  return { promptTokens, outputTokens, ...(price && { atMost: costOf(usage, price) }) };
}
