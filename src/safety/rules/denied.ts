/**
 * Rules that forbid. They win over every mode and every grant, so they match widely: a command also behind a program
 * that would start it, a path also behind a link. What they cannot see (a script that runs `git push`) they cannot stop.
 */
import picomatch from 'picomatch';
import type { HeldRule, Rule } from '../../protocol/approvals.ts';
import type { SimpleCommand } from '../commands/lex.ts';
import type { PathFacts, PathPolicyOptions } from '../paths/pathPolicy.ts';
import { componentsBelow, isBelow, pathsOf } from '../paths/spelling.ts';

type Of<K extends Rule['kind']> = HeldRule & { rule: Extract<Rule, { kind: K }> };
const ofKind = <K extends Rule['kind']>(rules: readonly HeldRule[], kind: K): Of<K>[] =>
  rules.filter((held): held is Of<K> => held.rule.kind === kind);

export interface CommandDenial {
  held: HeldRule;
  /** False: the line is not understood, so it cannot be told whether the rule means it. */
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
  for (const held of denying) {
    const { words } = held.rule;
    const meant = (argv: readonly string[]) =>
      begins(argv, words) ||
      (!looks(argv) && argv.some((word, i) => begins(argv.slice(i), words) || mentions(word, words)));
    const denied = commands
      ? commands.some(simple => meant(simple.words.map(word => word.text)))
      : mentions(line, words);
    if (denied) return { held, sure: true };
  }
  return commands ? undefined : { held: denying[0]!, sure: false };
}

/** Whether these words begin as the rule's do; options, each with one value, may stand between. */
function begins(argv: readonly string[], [program = '', ...rest]: readonly string[]): boolean {
  const name = (argv[0] ?? '')
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.(?:exe|cmd|bat)$/i, '');
  if (name.toLowerCase() !== program.toLowerCase()) return false;
  let at = 0;
  let value = false;
  for (const word of argv.slice(1)) {
    if (at === rest.length) break;
    if (word === rest[at]) {
      at++;
      value = false;
    } else if (word.startsWith('-')) value = !word.includes('=');
    else if (value) value = false;
    else return false;
  }
  return at === rest.length;
}

/** The same in text that is not understood: with quotes and backslashes gone, word after word. */
function mentions(text: string, words: readonly string[]): boolean {
  const tokens = text.replace(/\\\n|["'\\]/g, '').split(/[^\p{L}\p{N}_./@:+=-]+/u);
  const program = words[0]!.toLowerCase();
  return tokens.some(
    (token, i) => token.toLowerCase().endsWith(program) && begins(tokens.slice(i, i + 64), words),
  );
}

export type PathOperation = 'read' | 'write';

export function deniedPath(options: PathPolicyOptions) {
  const { platform, roots, home } = options;
  const compiled = new Map<string, (path: string) => boolean>();
  const matcher = (glob: string) => {
    const known = compiled.get(glob);
    if (known) return known;
    const fresh = compile(glob, { platform, home });
    compiled.set(glob, fresh);
    return fresh;
  };
  let real: Promise<string[]> | undefined;
  const everyRoot = () =>
    (real ??= Promise.all(roots.map(root => options.resolve(root).catch(() => root))).then(resolved => [
      ...new Set([...roots, ...resolved]),
    ]));

  return async (
    facts: Pick<PathFacts, 'given' | 'resolved'>,
    operation: PathOperation,
    rules: readonly HeldRule[],
  ): Promise<HeldRule | undefined> => {
    const denying = ofKind(rules, 'denyPath').filter(
      ({ rule }) => operation === 'write' || rule.only === undefined,
    );
    if (denying.length === 0) return undefined;
    const within = await everyRoot();
    const spellings = [facts.given, facts.resolved].flatMap(path => [
      pathsOf(platform).normalize(path).replaceAll('\\', '/'),
      ...within
        .filter(root => isBelow(path, root, platform))
        .map(root => componentsBelow(path, root, platform).join('/')),
    ]);
    return denying.find(({ rule }) => spellings.some(matcher(rule.glob)));
  };
}

/** A glob without a slash counts at any depth; one that names a directory means all that is in it. */
function compile(glob: string, { platform, home }: Pick<PathPolicyOptions, 'platform' | 'home'>) {
  const forward = platform === 'win32' ? glob.replaceAll('\\', '/') : glob;
  const full = forward
    .replace(/^~(?=\/)/, home.replaceAll('\\', '/'))
    .replace(/^\.\//, '')
    .replace(/\/+$/, '');
  const base = full.includes('/') ? full : `**/${full}`;
  const nocase = platform === 'win32' || platform === 'darwin';
  const matches = picomatch([base, `${base}/**`], { dot: true, nocase });
  return (path: string): boolean => matches(path);
}
