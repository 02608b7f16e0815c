/** How an attempt differs from the plain request, by what the attempts before it came to. */
import { type Begun, BudgetSpent } from './budgetSpent.ts';
import type { ModelError } from './client.ts';

export interface Variation {
  /** Asks for all output tokens that fit, after a smaller budget ran out. */
  allRoom: boolean;
  /** The reply to go on with, from a budget that could not be larger. */
  begun: Begun | undefined;
  /** Replies so far that held no answer. */
  empty: number;
}

export const PLAIN: Variation = { allRoom: false, begun: undefined, empty: 0 };

/** `error`: what voided the attempt that was made with `before`. */
export function variationAfter(error: ModelError | undefined, before: Variation): Variation {
  if (error instanceof BudgetSpent)
    return error.remedy === 'larger' ? { ...before, allRoom: true } : { ...before, begun: error.begun };
  return error?.kind === 'empty' ? { ...before, empty: before.empty + 1 } : before;
}

/** From the second empty reply on: some contexts end right after thinking each time they are asked in the same way. */
export const nudges = ({ empty }: Variation): boolean => empty >= 2;

/** Goes out with one attempt and is stored nowhere. */
export const NUDGE = 'Your last reply held neither an answer nor a tool call. Go on: call a tool, or answer.';
