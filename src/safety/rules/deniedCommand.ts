/**
 * Rules that forbid commands. They win over every mode and every grant, so they match widely: also behind a program that
 * would start it, in a script that is an argument, in text that goes on to a program. What they cannot see (a script
 * in a file that runs `git push`) they cannot stop.
 */
import type { HeldRule, Rule } from '../../protocol/approvals.ts';
import { lex, type SimpleCommand } from '../commands/lex.ts';

type Of<K extends Rule['kind']> = HeldRule & { rule: Extract<Rule, { kind: K }> };
export const ofKind = <K extends Rule['kind']>(rules: readonly HeldRule[], kind: K): Of<K>[] =>
  rules.filter((held): held is Of<K> => held.rule.kind === kind);

export interface CommandDenial {
  held: HeldRule;
  /** False: it cannot be told whether the rule means the line. */
  sure: boolean;
}

/** `commands`: the line as it was decoded; absent where it is not understood. `looks`: programs that start no other. */
export function deniedCommand(
  line: string,
  commands: readonly SimpleCommand[] | undefined,
  rules: readonly HeldRule[],
  looks: (words: readonly string[]) => boolean,
): CommandDenial | undefined {
  let perhaps: HeldRule | undefined;
  for (const held of ofKind(rules, 'denyCommand')) {
    const { words } = held.rule;
    const found = commands ? meaning(commands, words, looks) : mentions(line, words) ? 'sure' : 'perhaps';
    if (found === 'sure') return { held, sure: true };
    if (found) perhaps ??= held;
  }
  return perhaps && { held: perhaps, sure: false };
}

function meaning(
  commands: readonly SimpleCommand[],
  rule: readonly string[],
  looks: (words: readonly string[]) => boolean,
): 'sure' | 'perhaps' | undefined {
  let found: 'perhaps' | undefined;
  for (const [i, simple] of commands.entries()) {
    const argv = textsOf(simple);
    if (begins(argv, rule)) return 'sure';
    if (looks(argv)) {
      if (goesOn(commands, i, looks) && mentions(argv.join(' '), rule)) found = 'perhaps';
      continue;
    }
    if (argv.some((word, at) => begins(argv.slice(at), rule) || mentions(word, rule))) return 'sure';
    // `xargs git` gets its further words from what feeds it, or from a file.
    const isFed =
      commands[i - 1]?.next === '|' ||
      simple.redirects.some(({ operator }) => operator === '<') ||
      argv.some(word => /^(?:xargs|parallel)$/.test(nameOf(word)));
    if (isFed && argv.some((_, at) => at > 0 && begins(argv.slice(at), rule, true))) found = 'perhaps';
    if (argv.some((_, at) => isOpaqueScript(argv.slice(at)))) found = 'perhaps';
  }
  return found;
}

/** What it prints goes to a file, or to a program that may do what it reads. */
function goesOn(
  commands: readonly SimpleCommand[],
  from: number,
  looks: (words: readonly string[]) => boolean,
): boolean {
  for (let i = from; ; i++) {
    const simple = commands[i];
    if (!simple) return false;
    const isWritten = ({ operator, target }: SimpleCommand['redirects'][number]) =>
      operator !== '<' && operator !== '>&' && target.text !== '/dev/null';
    if (simple.redirects.some(isWritten) || (i > from && !looks(textsOf(simple)))) return true;
    if (simple.next !== '|') return false;
  }
}

/** A shell that is given a line which is not understood. */
function isOpaqueScript([program = '', ...args]: readonly string[]): boolean {
  if (program === 'eval') return 'refused' in lex(args.join(' '));
  if (!/^(?:ba|z|da|k|a)?sh$/.test(nameOf(program))) return false;
  const at = args.findIndex(word => /^-[a-z]*c[a-z]*$/i.test(word));
  return at >= 0 && 'refused' in lex(args[at + 1] ?? '');
}

const textsOf = (simple: SimpleCommand) => simple.words.map(word => word.text);
const nameOf = (program: string) =>
  program
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.(?:exe|cmd|bat)$/i, '');

/**
 * Whether these words begin as the rule's do; options, each with one value, may stand between. A value that sets
 * something to the rule's word counts as the word: `-c alias.p=push`. `partly`: further words may still come.
 */
function begins(
  argv: readonly string[],
  [program = '', ...rest]: readonly string[],
  partly = false,
): boolean {
  if (nameOf(argv[0] ?? '').toLowerCase() !== program.toLowerCase()) return false;
  let at = 0;
  let value = false;
  for (const word of argv.slice(1)) {
    if (at === rest.length) break;
    const isSet = (value || word.startsWith('-')) && word.includes('=');
    if (word === rest[at] || (isSet && /=\W*([\w-]+)/.exec(word)?.[1] === rest[at])) {
      at++;
      value = false;
    } else if (word.startsWith('-')) value = !word.includes('=');
    else if (value) value = false;
    else return false;
  }
  return partly || at === rest.length;
}

/** The same in text that is not understood: with quotes and backslashes gone, word after word. */
function mentions(text: string, words: readonly string[]): boolean {
  const tokens = text.replace(/\\\n|["'\\]/g, '').split(/[^\p{L}\p{N}_./@:+=-]+/u);
  const program = words[0]!.toLowerCase();
  return tokens.some(
    (token, i) => token.toLowerCase().endsWith(program) && begins(tokens.slice(i, i + 64), words),
  );
}
