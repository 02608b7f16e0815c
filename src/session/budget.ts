/**
 * The hard stops: what a turn, a session and a day may cost. Asked before each request that goes out, with the most
 * that it can cost. First the request is reserved in the log, then all logs are looked at: see docs/adr/0003.
 */
import type { AskingPrice } from '../model/client.ts';
import { isFree } from '../model/prices.ts';
import type { Failure, NewEvent } from '../protocol/events.ts';
import type { Money } from '../protocol/message.ts';
import { dayOf } from './day.ts';
import type { Limits } from './sessions.ts';
import type { SessionState } from './state.ts';

/** A limit would be passed, or cannot be kept. The request did not go out. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
  readonly failure: Failure;
  constructor(kind: 'costLimit' | 'priceUnknown', message: string, hint: string) {
    super(message);
    this.failure = { kind, message, hint, action: 'openSettings' };
  }
}

export interface BudgetParts {
  state: SessionState;
  record(event: NewEvent): Promise<void>;
  limits(): Limits;
  now(): number;
  /** What all sessions paid and reserved that day. */
  spentOn(day: string): Promise<Money[]>;
}

interface Limit {
  what: string;
  /** What people change to raise it. */
  setting: string;
  most: number | undefined;
  /** Paid and reserved, the request at hand included. */
  used(): Money[] | Promise<Money[]>;
}

/** Throws OverBudget. */
export type MayAsk = (price: AskingPrice) => Promise<void>;

export function createBudget({ state, record, limits, now, spentOn }: BudgetParts): MayAsk {
  const { transcript } = state;
  const reserved = (turn?: string) =>
    state.reservations.filter(r => turn === undefined || r.turn === turn).map(r => r.atMost);

  const setLimits = (turn: string): Limit[] => {
    const { maxCostPerTurn, maxCost, maxCostPerDay } = limits();
    const all: Limit[] = [
      {
        what: 'one turn',
        setting: 'ascent.maxCostPerTurn (--max-cost-per-turn)',
        most: maxCostPerTurn,
        used: () => [...transcript.head.turnCost, ...reserved(turn)],
      },
      {
        what: 'this session',
        setting: 'ascent.maxCost (--max-cost)',
        most: maxCost,
        used: () => [...transcript.head.cost, ...reserved()],
      },
      {
        what: 'all sessions of a day',
        setting: 'ascent.maxCostPerDay (--max-cost-per-day)',
        most: maxCostPerDay,
        used: () => spentOn(dayOf(now())),
      },
    ];
    return all.filter(({ most }) => most !== undefined);
  };

  async function withoutPrice(limits: Limit[]): Promise<void> {
    const { backend } = state;
    if (limits.length === 0 || backend.standIn) return;
    const names = limits.map(limit => limit.setting).join(' and ');
    if (!isFree(backend)) {
      throw new OverBudget(
        'priceUnknown',
        `A cost limit is set, but the price of ${backend.model} at ${hostOf(backend.baseUrl)} is not known, so the limit could not be kept. Nothing was sent.`,
        `Unset ${names} to go on without a limit, or choose a backend whose prices are known.`,
      );
    }
    const code = 'cost:free';
    if (state.notices.has(code)) return;
    const text = `${names}: no effect here. ${hostOf(backend.baseUrl)} runs on your own machines and costs nothing per token.`;
    await record({ type: 'notice', level: 'info', code, text });
  }

  return async ({ promptTokens, outputTokens, atMost }) => {
    const { turn } = state;
    const { step } = state.transcript.head;
    if (turn === undefined) throw new Error('A request outside of a turn.');
    const limits = setLimits(turn);
    if (!atMost) return withoutPrice(limits);
    await record({ type: 'request.reserved', turn, step, promptTokens, outputTokens, atMost });
    for (const { what, setting, most, used } of limits) {
      const sum = sumIn(atMost.currency, await used());
      if (most === undefined || sum <= most) continue;
      const money = (amount: number) => `${atMost.currency} ${amount.toFixed(amount < 0.1 ? 4 : 2)}`;
      const before = Math.max(0, sum - atMost.amount);
      throw new OverBudget(
        'costLimit',
        `The limit of ${money(most)} for ${what} would be passed: ${money(before)} of it is used, and the next request may cost up to ${money(atMost.amount)}.`,
        `Raise ${setting} to go on.`,
      );
    }
  };
}

const hostOf = (baseUrl: string) => URL.parse(baseUrl)?.host ?? baseUrl;

/** Other currencies are not converted, and so not counted. */
function sumIn(currency: Money['currency'], sums: readonly Money[]): number {
  return sums.filter(m => m.currency === currency).reduce((sum, m) => sum + m.amount, 0);
}
