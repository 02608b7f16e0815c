/** What the policy says, and the few ways to say it. */
import type { ApprovalMode, HeldRule, Offer } from '../protocol/approvals.ts';
import { whose } from './rules/words.ts';

export interface Decision {
  verdict: 'allow' | 'ask' | 'deny';
  /** Who decided, when it is not asked. */
  by: 'policy' | 'mode' | 'rule';
  /** Why it asks or denies; at least one then. */
  reasons: string[];
  /** The rule that decided. */
  rule?: HeldRule;
  /** What a person could grant for longer; each would answer every question that is asked. Absent when there is none. */
  offers?: Offer[];
  /** What people should be told once in a session. */
  notice?: { code: string; text: string };
}

/** What holds right now. */
export interface Now {
  mode: ApprovalMode;
  rules: readonly HeldRule[];
  /** Why the rules cannot be trusted to be whole: then nothing is allowed by a mode or a rule. */
  broken?: string;
  /** Files that calls before this one, allowed or asked for but not run yet, would change. */
  edited?: readonly string[];
}

export function allow(by: Decision['by'], rule?: HeldRule): Decision {
  return { verdict: 'allow', by, reasons: [], ...(rule ? { rule } : {}) };
}

export function ask(reasons: readonly string[], offers: readonly Offer[] = []): Decision {
  return {
    verdict: 'ask',
    by: 'policy',
    reasons: [...new Set(reasons)],
    ...(offers.length > 0 ? { offers: [...offers] } : {}),
  };
}

export const deny = (reason: string): Decision => ({ verdict: 'deny', by: 'policy', reasons: [reason] });

export function denyBy(rule: HeldRule): Decision {
  return { verdict: 'deny', by: 'rule', rule, reasons: [`It is forbidden: ${whose(rule)}.`] };
}

export const PLAN_MODE =
  'Plan mode is on: you may look and read, but nothing may be changed or started. ' +
  'Propose the change instead: say in your answer what you would do, where, and why. The person ends plan mode.';

export const plannedOnly = (): Decision => ({ verdict: 'deny', by: 'mode', reasons: [PLAN_MODE] });
