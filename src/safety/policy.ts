/** May this happen? The answer to a tool's plan, with reasons in plain words. */
import type { Access, ApprovalMode, Rule } from '../protocol/access.ts';

export interface Decision {
  verdict: 'allow' | 'ask' | 'deny';
  /** Who decided, when it is not asked. */
  by: 'policy' | 'mode' | 'rule';
  /** Why it asks or denies; at least one then. */
  reasons: string[];
  /** What "allow for this session" would grant. */
  offer?: { rule: Rule; label: string };
}

/** Judges everything a plan would touch, under the mode and the rules that hold right now. */
export interface Policy {
  decide(access: readonly Access[], now: { mode: ApprovalMode; rules: readonly Rule[] }): Promise<Decision>;
}
