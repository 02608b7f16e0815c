/** What verifying a backend will cost, told before it starts. */
import type { Backend } from '../../protocol/events.ts';
import type { Money } from '../../protocol/message.ts';
import { costOf, priceOf } from '../prices.ts';
import { profileOf } from '../profileOf.ts';
import { casesToAsk, PROBES } from './verify.ts';

export interface VerifyEstimate {
  requests: number;
  /** Tokens in. */
  prompt: number;
  /** Tokens out, as K2-Thinking usually answers. */
  output: number;
  /** Tokens out if every reply used its whole budget. */
  most: number;
  /** Absent where the price is not known. */
  cost?: { usual: Money; most: Money };
}

/** `cases`: of the schema set; the usual number without it. */
export function estimateVerify(backend: Backend, cases?: number): VerifyEstimate {
  const profile = profileOf(backend);
  const total = { requests: 0, prompt: 0, output: 0, most: 0 };
  for (const probe of PROBES) {
    const load = probe.load(casesToAsk(cases), profile);
    for (const key of ['requests', 'prompt', 'output', 'most'] as const) total[key] += load[key];
  }
  const price = priceOf(profile, backend.model);
  if (!price) return total;
  const cost = (completionTokens: number) =>
    costOf({ promptTokens: total.prompt, cachedTokens: 0, completionTokens }, price);
  return { ...total, cost: { usual: cost(total.output), most: cost(total.most) } };
}

/** "About 35 requests, 20k tokens in and 15k out (at most 240k); about USD 0.05, at most USD 0.62." */
export function estimateInWords({ requests, prompt, output, most, cost }: VerifyEstimate): string {
  const money = cost ? `; about ${amount(cost.usual)}, at most ${amount(cost.most)}` : '';
  return `About ${requests} requests, ${thousands(prompt)} tokens in and ${thousands(output)} out (at most ${thousands(most)})${money}.`;
}

const thousands = (tokens: number) => `${Math.max(1, Math.round(tokens / 1000))}k`;
const amount = ({ amount, currency }: Money) => `${currency} ${amount.toFixed(2)}`;
