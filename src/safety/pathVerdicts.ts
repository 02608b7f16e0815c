/** What the facts about a path mean for reading and writing it. */
import type { Destination, HeldRule, Offer, Rule } from '../protocol/approvals.ts';
import { allow, ask, type Decision, deny, type Now, plannedOnly } from './decision.ts';
import type { PathFacts } from './paths/pathPolicy.ts';
import { isBelow, type Platform, pathsOf } from './paths/spelling.ts';
import { quoted, ruleInWords } from './rules/words.ts';

const everywhere: readonly Destination[] = ['session', 'workspace', 'user'];

export function judgeRead(facts: PathFacts, { mode, rules, broken }: Now): Decision {
  const reason = facts.reason ?? '';
  if (facts.kind === 'special') return deny(reason);
  if (facts.kind === 'secret') return ask([reason]);
  if (facts.place !== 'outside') return allow('policy');
  if (broken) return ask([broken, reason]);
  const granted = rules.find(({ rule }) => rule.kind === 'read' && rule.path === facts.resolved);
  if (granted) return allow('rule', granted);
  if (mode === 'all') return allow('mode');
  const rule: Rule = { kind: 'read', path: facts.resolved };
  return ask(
    [reason],
    everywhere.map(destination => ({ destination, rule, label: ruleInWords(rule) })),
  );
}

export function judgeWrite(facts: PathFacts, now: Now, platform: Platform = 'linux'): Decision {
  const { mode, rules, broken } = now;
  const reason = facts.reason ?? '';
  if (facts.kind === 'special') return deny(reason);
  if (mode === 'plan') return plannedOnly();
  if (facts.kind !== 'ordinary' || facts.place === 'outside') return ask([reason]);
  if (facts.place === 'readable') return ask([`${quoted(facts.given)} belongs to Ascent's own records.`]);
  if (broken) return ask([broken]);
  if (mode !== 'ask') return allow('mode');
  const granted = rules.find(held => coversEdit(held, facts.resolved, platform));
  if (granted) return allow('rule', granted);
  return ask(['It changes a file in the workspace.'], editOffers(facts.resolved, platform));
}

function coversEdit({ rule, root }: HeldRule, path: string, platform: Platform): boolean {
  if (rule.kind !== 'edits') return false;
  return [root, rule.under].every(place => place === undefined || isBelow(path, place, platform));
}

/** All ordinary files, or those that lie where this one does. */
function editOffers(path: string, platform: Platform): Offer[] {
  const under = pathsOf(platform).dirname(path);
  const name = quoted(`${pathsOf(platform).basename(under)}/`);
  const all: Rule = { kind: 'edits' };
  const below: Rule = { kind: 'edits', under };
  const allFiles = 'edits of files in this workspace';
  const belowIt = `edits of files in ${name} and below`;
  return [
    { destination: 'session', rule: all, label: allFiles },
    { destination: 'session', rule: below, label: belowIt },
    { destination: 'workspace', rule: below, label: belowIt },
    { destination: 'workspace', rule: all, label: allFiles },
  ];
}
