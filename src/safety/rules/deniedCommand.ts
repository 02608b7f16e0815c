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
  const denying = ofKind(rules, 'denyCommand');
  if (denying.length === 0) return undefined;
  const started = commands && whatStarts(commands, looks);
  const text = started ? undefined : wordsIn(line);
  let perhaps: HeldRule | undefined;
  for (const held of denying) {
    const { words } = held.rule;
    const found = started ? meaning(started, words) : mentions(text!, words) ? 'sure' : 'perhaps';
    if (found === 'sure') return { held, sure: true };
    if (found) perhaps ??= held;
  }
  return perhaps && { held: perhaps, sure: false };
}

/** One command of a line, as far as every rule asks about it. */
interface Started {
  argv: Named;
  /** It starts no other program. */
  looks: boolean;
  /** What it is given as text: each word, or for one that looks, what it hands on. */
  texts: readonly Named[];
  /** Further words come from what feeds it, or from a file, as to `xargs git`. */
  isFed: boolean;
  /** It is a shell with a script that is not understood. */
  isOpaque: boolean;
}

/** Words with what they name as programs: without directories, in lower case. */
interface Named {
  words: readonly string[];
  names: readonly string[];
}
const named = (words: readonly string[]): Named => ({ words, names: words.map(word => nameOf(word)) });

function whatStarts(
  commands: readonly SimpleCommand[],
  looking: (words: readonly string[]) => boolean,
): Started[] {
  const looks = commands.map(simple => looking(textsOf(simple)));
  return commands.map((simple, i) => {
    const argv = textsOf(simple);
    const handedOn = looks[i] && goesOn(commands, i, looks) ? [argv.join(' ')] : [];
    return {
      argv: named(argv),
      looks: looks[i]!,
      texts: (looks[i] ? handedOn : argv).map(wordsIn),
      isFed:
        commands[i - 1]?.next === '|' ||
        simple.redirects.some(({ operator }) => operator === '<') ||
        argv.some(word => /^(?:xargs|parallel)$/.test(nameOf(word))),
      isOpaque: !looks[i] && argv.some((_, at) => isOpaqueScript(argv, at)),
    };
  });
}

function meaning(started: readonly Started[], rule: readonly string[]): 'sure' | 'perhaps' | undefined {
  let found: 'perhaps' | undefined;
  for (const { argv, looks, texts, isFed, isOpaque } of started) {
    if (begins(argv, 0, rule)) return 'sure';
    if (looks) {
      if (texts.some(text => mentions(text, rule))) found = 'perhaps';
      continue;
    }
    const places = argv.names.flatMap((name, at) => (name === rule[0]!.toLowerCase() ? [at] : []));
    if (places.some(at => begins(argv, at, rule)) || texts.some(text => mentions(text, rule))) return 'sure';
    if (isFed && places.some(at => at > 0 && begins(argv, at, rule, { partly: true }))) found = 'perhaps';
    if (isOpaque) found = 'perhaps';
  }
  return found;
}

/** What it prints goes to a file, or to a program that may do what it reads. */
function goesOn(commands: readonly SimpleCommand[], from: number, looks: readonly boolean[]): boolean {
  for (let i = from; ; i++) {
    const simple = commands[i];
    if (!simple) return false;
    const isWritten = ({ operator, target }: SimpleCommand['redirects'][number]) =>
      operator !== '<' && operator !== '>&' && target.text !== '/dev/null';
    if (simple.redirects.some(isWritten) || (i > from && !looks[i])) return true;
    if (simple.next !== '|') return false;
  }
}

/** A shell that is given a line which is not understood. */
function isOpaqueScript(argv: readonly string[], at: number): boolean {
  const program = argv[at]!;
  if (program === 'eval') return 'refused' in lex(argv.slice(at + 1).join(' '));
  if (!/^(?:ba|z|da|k|a)?sh$/.test(nameOf(program))) return false;
  const option = argv.findIndex((word, i) => i > at && /^-[a-z]*c[a-z]*$/i.test(word));
  return option >= 0 && 'refused' in lex(argv[option + 1] ?? '');
}

const textsOf = (simple: SimpleCommand) => simple.words.map(word => word.text);
const nameOf = (program: string) =>
  program
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.(?:exe|cmd|bat)$/i, '')
    .toLowerCase();

/**
 * Whether the words from here on begin as the rule's do; options, each with one value, may stand between. A value that
 * sets something to the rule's word counts as the word: `-c alias.p=push`. `partly`: further words may still come.
 */
function begins(
  { words, names }: Named,
  from: number,
  [program = '', ...rest]: readonly string[],
  { partly = false, most = words.length }: { partly?: boolean; most?: number } = {},
): boolean {
  if (names[from] !== program.toLowerCase()) return false;
  let at = 0;
  let value = false;
  for (let i = from + 1; i < words.length && i < from + most; i++) {
    if (at === rest.length) break;
    const word = words[i]!;
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

/** Text that is not understood, word after word, with quotes and backslashes gone. */
const wordsIn = (text: string): Named =>
  named(text.replace(/\\\n|["'\\]/g, '').split(/[^\p{L}\p{N}_./@:+=-]+/u));

/** Whether a text says somewhere what the rule does. Options take up some words, not all the rest of a text. */
const mentions = (text: Named, rule: readonly string[]): boolean =>
  text.names.some((_, at) => begins(text, at, rule, { most: 64 }));
