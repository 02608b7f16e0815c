/** Rules in words. What a model or a file may have written stands in backticks, so that it cannot pass for ours. */
import type { HeldRule, Rule } from '../../protocol/approvals.ts';
import { showControls } from '../../protocol/plainText.ts';

/** Longer quotes are shortened in the middle: a list shows what it is, the card shows all. Characters. */
const LONGEST_QUOTE = 160;

/** Quoted in backticks; nothing in it can end the quote, hide, or begin a new line. */
export function quoted(text: string, longest = LONGEST_QUOTE): string {
  const plain = showControls(text)
    .replaceAll('`', '\\u{60}')
    .replaceAll('\r', '\\u{d}')
    .replaceAll('\n', '\\n');
  const half = Math.floor((longest - 3) / 2);
  return `\`${plain.length > longest ? `${plain.slice(0, half)}...${plain.slice(-half)}` : plain}\``;
}

/** Words as they would be typed: each told from the next. */
export function typed(words: readonly string[]): string {
  return words
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/** Completes "Allow ..." or "Never ...". */
export function ruleInWords(rule: Rule): string {
  switch (rule.kind) {
    case 'command':
      return `the line ${quoted(rule.command)} in ${quoted(rule.cwd)}${rule.network ? ', with network' : ''}`;
    case 'argv': {
      const where = rule.within === undefined ? '' : ` in ${quoted(rule.within)} and below`;
      return `${quoted(typed(rule.words))}${rule.tail ? ' and its looking options' : ''}${where}`;
    }
    case 'edits':
      return rule.under === undefined
        ? 'edits of files in the workspace'
        : `edits of files below ${quoted(rule.under)}`;
    case 'read':
      return `reading ${quoted(rule.path)}`;
    case 'network':
      return `requests to ${quoted(rule.origin)}`;
    case 'denyCommand':
      return `${quoted(typed(rule.words))}`;
    case 'denyPath':
      return `${rule.only === 'write' ? 'writing' : 'reading or writing'} ${quoted(rule.glob)}`;
  }
}

const owners = { session: 'this session', workspace: 'this workspace', user: 'all your workspaces' };

/** "the rule `npm test` of this workspace", for reasons. */
export const whose = ({ rule, destination }: HeldRule) =>
  `the rule ${ruleInWords(rule)} of ${owners[destination]}`;
