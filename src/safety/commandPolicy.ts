/** May this command line run? Its own analysis first, then what the person granted, then the mode. */
import type { Access } from '../protocol/access.ts';
import { editedDefinition } from './commands/definitions.ts';
import { guardedMention, judgeCommand } from './commands/judge.ts';
import { hiddenCharacters, LONGEST_COMMAND, lex } from './commands/lex.ts';
import { useOf } from './commands/programs.ts';
import type { PathPolicy } from './paths/pathPolicy.ts';
import { isBelow, pathsOf } from './paths/spelling.ts';
import type { Decision, Now, PolicyOptions } from './policy.ts';

type CommandAccess = Extract<Access, { kind: 'command' }>;

const ask = (reasons: string[], offer?: Decision['offer']): Decision => ({
  verdict: 'ask',
  by: 'policy',
  reasons,
  ...(offer ? { offer } : {}),
});

export function commandPolicy(options: PolicyOptions, paths: PathPolicy) {
  const allowed = (options.allowedCommands ?? []).flatMap(line => {
    const read = lex(line);
    // An entry is one plain command; anything else grants nothing.
    if ('refused' in read || read.commands.length !== 1 || read.commands[0]!.redirects.length > 0) return [];
    return [read.commands[0]!.words.map(w => w.text)];
  });
  const world = {
    parser: options.parser,
    paths,
    ...(options.stat ? { stat: options.stat } : {}),
    ...(options.list ? { list: options.list } : {}),
  };
  const strangePath = searchPathProblem(options);

  return async ({ command, cwd }: CommandAccess, { mode, rules }: Now): Promise<Decision> => {
    const unreadable =
      command.length > LONGEST_COMMAND ? 'The command is too long to be checked.' : hiddenCharacters(command);
    // What a person cannot see whole cannot be granted for more than once.
    if (unreadable) return ask([unreadable]);

    const where = await paths.facts(cwd);
    const offer = {
      rule: { kind: 'command' as const, command, cwd },
      label: `\`${oneLine(command)}\` in this folder`,
    };
    if (where.place === 'outside' || where.place === 'readable' || where.kind !== 'ordinary')
      return ask([where.reason ?? `${cwd} is not a directory of the workspace.`]);

    const edited: string[] = [];
    const unchanged = (words: readonly string[]) => {
      const file = editedDefinition(words, options.editedByAgent?.() ?? []);
      if (file !== undefined) edited.push(`${file}, which decides what this runs, was changed by the agent.`);
      return file === undefined;
    };
    const judged = await judgeCommand(
      command,
      where.resolved,
      world,
      words => permits(allowed, words) && unchanged(words),
    );
    const shell = options.platform === 'win32' ? 'Commands are not checked on Windows yet.' : strangePath;
    if (judged.reasons.length === 0 && !shell) return { verdict: 'allow', by: 'policy', reasons: [] };

    for (const simple of judged.commands ?? []) unchanged(simple.words.map(w => w.text));
    const reasons = [...new Set([...(shell ? [shell] : []), ...edited, ...judged.reasons])];
    const onlyLooks = judged.commands?.every(
      c => looks(c.words.map(w => w.text)) && c.redirects.length === 0,
    );
    const mention = judged.guarded || onlyLooks ? undefined : guardedMention(command, where.given, paths);
    if (judged.guarded || mention) return ask(mention ? [...new Set([...reasons, mention])] : reasons);
    if (mode === 'all') return { verdict: 'allow', by: 'mode', reasons: [] };
    const granted = rules.some(r => r.kind === 'command' && r.command === command && r.cwd === cwd);
    if (granted && edited.length === 0) return { verdict: 'allow', by: 'rule', reasons: [] };
    return ask(reasons, edited.length === 0 ? offer : undefined);
  };
}

/**
 * Whether the person's own list covers these words: exactly, or, for a program whose options are known, as the start
 * of a call whose further words are known to do no harm.
 */
function permits(allowed: readonly string[][], words: readonly string[]): boolean {
  return allowed.some(
    entry =>
      entry.every((word, i) => word === words[i]) &&
      (entry.length === words.length || harmlessTail(entry, words.slice(entry.length))),
  );
}

/** Options of git's looking commands that neither write nor start anything of their own. */
const gitTail =
  /^(?:--(?:short|branch|porcelain|oneline|stat|name-only|name-status|cached|staged|graph|all|decorate|no-color|numstat|shortstat|max-count=\d+)|-[svb]|-n|-\d+|\d+)$/;
function harmlessTail(entry: readonly string[], tail: readonly string[]): boolean {
  const looking = entry.length === 2 && entry[0] === 'git' && /^(?:status|diff|log|show)$/.test(entry[1]!);
  return looking && tail.every(word => gitTail.test(word));
}

const looks = (words: readonly string[]) => {
  const use = useOf(words);
  return words[0] === 'cd' || (use !== undefined && !('refused' in use));
};

const oneLine = (command: string) => {
  const line = command.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};

function searchPathProblem({ searchPath, roots, platform }: PolicyOptions): string | undefined {
  if (searchPath === undefined || platform === 'win32') return undefined;
  const bad = searchPath
    .split(':')
    .find(d => !pathsOf(platform).isAbsolute(d) || roots.some(root => isBelow(d, root, platform)));
  if (bad === undefined) return undefined;
  return `Programs are looked for in the workspace first (PATH holds \`${bad || '.'}\`), so \`ls\` may not be ls.`;
}
