/** Whether an effect takes the ground of a rule away: the file that decides what its command runs is changed. */
import type { Effect } from '../../protocol/access.ts';
import type { Rule } from '../../protocol/approvals.ts';
import { changes, namedIn } from '../../safety/rules/granted.ts';

/** That file. Of a command only the files that it names are known, and not what it does with them. */
export function changedBy(effect: Effect, rule: Rule): string | undefined {
  if (effect.kind === 'command') return namedIn(effect.command, rule);
  return changes(rule, effect.path) ? effect.path : undefined;
}
