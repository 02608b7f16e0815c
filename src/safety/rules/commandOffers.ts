/** What a person could grant for longer when a command asks: exactly what was shown, and only what would answer it. */
import type { Offer, Rule } from '../../protocol/approvals.ts';
import type { CommandJudgement } from '../commands/judge.ts';
import type { PathFacts, PathPolicyOptions } from '../paths/pathPolicy.ts';
import { isBelow, pathsOf } from '../paths/spelling.ts';
import { changesShell, harmlessTail } from './granted.ts';
import { quoted, typed } from './words.ts';

interface Asked {
  command: string;
  cwd: string;
  where: PathFacts;
  judged: CommandJudgement;
  looks(words: readonly string[]): boolean;
  /** Whether a rule for these words would let the line run. */
  answers(words: readonly string[]): Promise<boolean>;
  options: PathPolicyOptions;
}

export async function offersForCommand(asked: Asked): Promise<Offer[]> {
  const { command, cwd, judged, looks, options } = asked;
  const unknown = new Map(
    (judged.commands ?? [])
      .map(simple => simple.words.map(word => word.text))
      .filter(words => words.length > 0 && !looks(words))
      .map(words => [JSON.stringify(words), words]),
  );
  const [words] = unknown.values();
  const root = await realRootOf(asked.where.resolved, options);
  const isPlain = unknown.size === 1 && words !== undefined && !changesShell(words);
  if (isPlain && root !== undefined && (await asked.answers(words))) return argvOffers(words, root, options);

  const line: Rule = { kind: 'command', command, cwd };
  const label = `the line ${quoted(command, 60)} in this folder`;
  const session: Offer = { destination: 'session', rule: line, label };
  // A line that is not understood is not kept for longer than the session in which it was read.
  return judged.commands ? [session, { ...session, destination: 'workspace' }] : [session];
}

function argvOffers(words: string[], root: string, { platform }: PathPolicyOptions): Offer[] {
  const entry = words.slice(0, 2);
  const tail = harmlessTail(entry, words.slice(2));
  const rule = {
    kind: 'argv' as const,
    words: tail ? entry : words,
    ...(tail && { tail: 'harmless' as const }),
  };
  const what = `${quoted(typed(rule.words), 60)}${tail ? ' and its looking options' : ''}`;
  const inRoot = `${what} anywhere in ${quoted(pathsOf(platform).basename(root) || root)}`;
  return [
    { destination: 'session', rule: { ...rule, within: root }, label: inRoot },
    { destination: 'workspace', rule: { ...rule, within: root }, label: inRoot },
    { destination: 'user', rule, label: `${what} in any workspace` },
  ];
}

/** The real path of the innermost folder of the workspace that holds it. */
export async function realRootOf(path: string, options: PathPolicyOptions): Promise<string | undefined> {
  const real = await Promise.all(options.roots.map(root => options.resolve(root).catch(() => root)));
  return real.filter(root => isBelow(path, root, options.platform)).sort((a, b) => b.length - a.length)[0];
}
