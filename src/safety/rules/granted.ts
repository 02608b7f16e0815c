/** Rules that allow: whether one covers what is asked, and when the agent's own edits have taken its ground away. */
import type { HeldRule, Rule } from '../../protocol/approvals.ts';
import { editedDefinition } from '../commands/definitions.ts';
import { lex } from '../commands/lex.ts';
import { isBelow, type Platform } from '../paths/spelling.ts';

export interface Circumstances {
  /** Real directories in which the command may run. */
  places: readonly string[];
  /** It reads what another command or a file feeds it: then its words do not say what it does. */
  fed: boolean;
}

/** What bash itself does: it changes what the words behind it in the same line mean. No rule covers these by their words. */
const shellState = new Set(
  `. source eval exec alias unalias set shopt hash enable trap export declare typeset local readonly read mapfile
   readarray unset builtin command time coproc printf umask ulimit cd pushd popd getopts let`.split(/\s+/),
);
export const changesShell = ([program = '']: readonly string[]) => shellState.has(program);

/** The rule that covers one program's exact words there. */
export function grantFor(
  words: readonly string[],
  { places, fed }: Circumstances,
  rules: readonly HeldRule[],
  platform: Platform,
): HeldRule | undefined {
  if (fed || changesShell(words)) return undefined;
  return rules.find(({ rule, changed }) => {
    if (rule.kind !== 'argv' || changed !== undefined) return false;
    const { within } = rule;
    if (within !== undefined && !places.every(place => isBelow(place, within, platform))) return false;
    return covers(rule.words, words, rule.tail !== undefined);
  });
}

/** Word by word; a tail only after git's looking commands, and only of options known to do no harm. */
export function covers(entry: readonly string[], words: readonly string[], tail: boolean): boolean {
  if (!entry.every((word, i) => word === words[i])) return false;
  return entry.length === words.length || (tail && harmlessTail(entry, words.slice(entry.length)));
}

/** Options of git's looking commands that neither write nor start anything of their own. */
const gitTail =
  /^(?:--(?:short|branch|porcelain|oneline|stat|name-only|name-status|cached|staged|graph|all|decorate|no-color|numstat|shortstat|max-count=\d+)|-[svb]|-n|-\d+|\d+|HEAD(?:[~^]\d*)*)$/;

export function harmlessTail(entry: readonly string[], tail: readonly string[]): boolean {
  const looking = entry.length === 2 && entry[0] === 'git' && /^(?:status|diff|log|show)$/.test(entry[1]!);
  return looking && tail.every(word => gitTail.test(word));
}

/** Whether a change of this file by the agent alters what the rule lets run, as far as names tell. */
export function changes(rule: Rule, file: string): boolean {
  if (rule.kind === 'argv') return decides(rule.words, file);
  if (rule.kind !== 'command') return false;
  const read = lex(rule.command);
  if ('commands' in read)
    return read.commands.some(simple =>
      decides(
        simple.words.map(word => word.text),
        file,
      ),
    );
  return decides(fragments(rule.command), file);
}

/**
 * The file that a command line names and that alters what the rule lets run: what the command does with it, nobody
 * knows. Files that the rule itself names do not count: running it is not changing it.
 */
export function namedIn(line: string, rule: Rule): string | undefined {
  if (rule.kind !== 'argv' && rule.kind !== 'command') return undefined;
  const own = rule.kind === 'argv' ? rule.words : fragments(rule.command);
  return fragments(line).find(fragment => !own.includes(fragment) && changes(rule, fragment));
}

const fragments = (line: string) =>
  line
    .split(/[\s'"`$(){};&|<>=,:]+/)
    .filter(Boolean)
    .slice(0, 1000);

/** `env npm test` does what package.json says, too. */
function decides(words: readonly string[], file: string): boolean {
  return words.some((_, i) => editedDefinition(words.slice(i), [file]) !== undefined);
}
