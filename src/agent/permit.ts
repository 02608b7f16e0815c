/** May this call happen? The policy, the rules and, where those ask, the person; every decision is recorded. */
import type { Access } from '../protocol/access.ts';
import type { ToolCall } from '../protocol/message.ts';
import type { Decision } from '../safety/policy.ts';
import { ToolFailure, type ToolPlan } from '../tools/tool.ts';
import type { ApprovalAnswer, TurnInput } from './seams.ts';

/** A yes (undefined) or what the model is told instead of a result. Recorded already. */
export type Outcome = { refused: ToolFailure } | undefined;

/** What a person was asked, and what they said (or will say). */
export interface Asked {
  plan: ToolPlan;
  reasons: readonly string[];
  outcome: Promise<Outcome>;
}

/**
 * Resolves when the call may happen, to whether by what it is alone (no mode, no rule, nobody asked); throws ToolFailure
 * with what the model is told when not. `before`: asked already,
 * together with the calls before it, and allowed. That counts only for what was shown then. `whenAsking` is called once
 * the person is asked.
 */
export async function permit(
  call: ToolCall,
  plan: ToolPlan,
  input: TurnInput,
  before?: Asked,
  whenAsking?: () => Promise<void>,
): Promise<boolean> {
  const decision = await input.decide(plan.access);
  const unasked = decision.verdict === 'allow' && decision.by === 'policy';
  if (before && decision.verdict !== 'deny' && wasShown(before, plan, decision)) return unasked;
  if (decision.verdict !== 'ask') {
    settled(await recordDecision(call, decision, input));
    return unasked;
  }
  const { outcome } = askPerson(call, plan, decision, input);
  await whenAsking?.();
  settled(await outcome);
  return false;
}

/** Asks, and records the answer. Nothing waits for it here: `outcome` may be awaited later, or never. */
export function askPerson(
  call: ToolCall,
  plan: ToolPlan,
  decision: Decision,
  input: TurnInput,
  edited?: readonly string[],
): Asked {
  const { people, decide, signal } = input;
  const { title, preview = { kind: 'text', text: title.object } } = plan;
  const { reasons, offers = [] } = decision;
  const again = () => decide(plan.access, edited);
  const outcome = people
    .approve({ callId: call.id, title, preview, reasons, offers }, signal, again)
    .then(async answer => {
      const isYes = answer.answer === 'once' || answer.answer === 'rule';
      // What was forbidden while the question stood there stays forbidden.
      const now = isYes ? await again() : undefined;
      return now?.verdict === 'deny' ? recordDecision(call, now, input) : recordAnswer(call, answer, input);
    });
  outcome.catch(() => {}); // Whoever awaits it sees the failure; a call that is never reached has none to see.
  return { plan, reasons, outcome };
}

export function settled(outcome: Outcome): void {
  if (outcome) throw outcome.refused;
}

async function recordAnswer(call: ToolCall, answer: ApprovalAnswer, input: TurnInput): Promise<Outcome> {
  const { emit, keep, people } = input;
  const decided = { type: 'tool.decided', callId: call.id, by: 'person' } as const;
  switch (answer.answer) {
    case 'decided':
      return recordDecision(call, answer.decision, input);
    case 'deny': {
      await emit({ ...decided, verdict: 'deny', reason: answer.reason });
      const why = answer.reason ? ` They said: ${answer.reason}` : '';
      return { refused: new ToolFailure(`The person did not allow this. Nothing was done.${why}`) };
    }
    case 'once':
      await emit({ ...decided, verdict: 'allow' });
      return undefined;
    case 'rule': {
      const { rule, destination } = answer.offer;
      const kept = await keep(answer.offer);
      await emit({ ...decided, verdict: 'allow', ...(kept && { grant: rule, grantedFor: destination }) });
      // What it covers besides needs no answer any more.
      people.reconsider();
      return undefined;
    }
  }
}

async function recordDecision(call: ToolCall, decision: Decision, { emit }: TurnInput): Promise<Outcome> {
  const { verdict, by, rule, reasons } = decision;
  const decided = { type: 'tool.decided', callId: call.id, by, ...(rule && { rule }) } as const;
  if (verdict === 'allow') {
    await emit({ ...decided, verdict });
    return undefined;
  }
  const reason = reasons.join(' ');
  await emit({ ...decided, verdict: 'deny', reason });
  return {
    refused: new ToolFailure(`Not allowed: ${reason} Nothing was done. Do not try to get around this.`),
  };
}

/** Whether this is what the person saw when they were asked: the same effects, for no new reason. */
function wasShown(before: Asked, plan: ToolPlan, { reasons }: Decision): boolean {
  return isSamePlan(before.plan, plan) && reasons.every(reason => before.reasons.includes(reason));
}

export function isSamePlan(a: ToolPlan, b: ToolPlan): boolean {
  return JSON.stringify(visible(a)) === JSON.stringify(visible(b));
}

/** Where output is kept is chosen anew each time, and changes nothing. */
function visible({ title, access, preview, effects }: ToolPlan) {
  const kept = effects.map(effect => (effect.kind === 'command' ? { ...effect, spool: undefined } : effect));
  return { title, access: access satisfies Access[], preview, effects: kept };
}
