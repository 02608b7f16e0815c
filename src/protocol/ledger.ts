/** The ledger of a session: one entry for each request that cost something, seen or not; and how sums are made. */
import type { SessionEvent } from './events.ts';
import type { AssistantMessage, Money, Usage } from './message.ts';

export interface LedgerEntry {
  /** Milliseconds since the epoch. */
  at: number;
  turn: string;
  step: number;
  /** Input tokens that the backend's prefix cache had, and those it had not. */
  hit: number;
  miss: number;
  /** Output tokens, thinking apart from text and calls. */
  reasoning: number;
  answer: number;
  cost?: Money;
  /** Paid for, though nobody saw the answer. */
  unseen: boolean;
  /** The counts are ours, not the backend's. */
  estimated: boolean;
}

/** Undefined for events that cost nothing. */
export function ledgerEntry(e: SessionEvent): LedgerEntry | undefined {
  if (e.type !== 'assistant.message' && e.type !== 'request.paid' && e.type !== 'context.summarised')
    return undefined;
  const { at, turn, step, usage, cost } = e;
  const share = e.type === 'assistant.message' ? thinkingShare(e.message) : 0;
  const reasoning = usage.reasoningTokens ?? Math.round(usage.completionTokens * share);
  return {
    at,
    turn,
    step,
    hit: usage.cachedTokens,
    miss: usage.promptTokens - usage.cachedTokens,
    reasoning,
    answer: usage.completionTokens - reasoning,
    ...(cost && { cost }),
    unseen: e.type === 'request.paid',
    estimated: usage.estimated ?? false,
  };
}

/** For backends that count all output as one: thinking's share of the characters. */
function thinkingShare({ reasoning = '', text, toolCalls }: AssistantMessage): number {
  const calls = toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
  const all = reasoning.length + text.length + calls;
  return all ? reasoning.length / all : 0;
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    reasoningTokens:
      a.reasoningTokens === undefined && b.reasoningTokens === undefined
        ? undefined
        : (a.reasoningTokens ?? 0) + (b.reasoningTokens ?? 0),
    estimated: a.estimated || b.estimated || undefined,
  };
}

/** One entry per currency; nothing is converted. */
export function addMoney(sums: Money[], paid: Money | undefined): Money[] {
  if (!paid) return sums;
  if (!sums.some(m => m.currency === paid.currency)) return [...sums, paid];
  return sums.map(m => (m.currency === paid.currency ? { ...m, amount: m.amount + paid.amount } : m));
}
