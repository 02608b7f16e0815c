/** What the facts about a path mean for reading and writing it. */
import type { PathFacts } from './paths/pathPolicy.ts';
import type { Decision, Now } from './policy.ts';

const allow = (by: Decision['by']): Decision => ({ verdict: 'allow', by, reasons: [] });
const ask = (reason: string, offer?: Decision['offer']): Decision => ({
  verdict: 'ask',
  by: 'policy',
  reasons: [reason],
  ...(offer ? { offer } : {}),
});
const deny = (reason: string): Decision => ({ verdict: 'deny', by: 'policy', reasons: [reason] });

export function judgeRead(facts: PathFacts, { mode, rules }: Now): Decision {
  const reason = facts.reason ?? '';
  if (facts.kind === 'special') return deny(reason);
  if (facts.kind === 'secret') return ask(reason);
  if (facts.place !== 'outside') return allow('policy');
  if (rules.some(r => r.kind === 'read' && r.path === facts.resolved)) return allow('rule');
  if (mode === 'all') return allow('mode');
  return ask(reason, {
    rule: { kind: 'read', path: facts.resolved },
    label: `reading ${facts.resolved}`,
  });
}

export function judgeWrite(facts: PathFacts, { mode, rules }: Now): Decision {
  const reason = facts.reason ?? '';
  if (facts.kind === 'special') return deny(reason);
  if (facts.kind !== 'ordinary' || facts.place === 'outside') return ask(reason);
  if (facts.place === 'readable') return ask(`${facts.given} belongs to Ascent's own records.`);
  if (mode !== 'ask') return allow('mode');
  if (rules.some(r => r.kind === 'edits')) return allow('rule');
  return ask('It changes a file in the workspace.', {
    rule: { kind: 'edits' },
    label: 'edits of files in this workspace',
  });
}
