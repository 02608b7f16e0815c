/**
 * May this command line run? Its own analysis first, then the rules that forbid, the mode, and the rules that allow.
 */
import type { Access } from '../protocol/access.ts';
import type { HeldRule, Offer } from '../protocol/approvals.ts';
import { editedDefinition } from './commands/definitions.ts';
import { type CommandJudgement, guardedMention, judgeCommand, type Start } from './commands/judge.ts';
import { hiddenCharacters, LONGEST_COMMAND, lex, type SimpleCommand } from './commands/lex.ts';
import { useOf } from './commands/programs.ts';
import { allow, ask, type Decision, denyBy, type Now, plannedOnly } from './decision.ts';
import type { PathFacts, PathPolicy } from './paths/pathPolicy.ts';
import { isBelow, pathsOf } from './paths/spelling.ts';
import type { PolicyOptions } from './policy.ts';
import { offersForCommand } from './rules/commandOffers.ts';
import { deniedCommand } from './rules/deniedCommand.ts';
import { deniedPath, perhapsDenied } from './rules/deniedPath.ts';
import { changes, covers, grantFor } from './rules/granted.ts';
import { quoted, whose } from './rules/words.ts';

type CommandAccess = Extract<Access, { kind: 'command' }>;

export function commandPolicy(options: PolicyOptions, paths: PathPolicy) {
  const { platform } = options;
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
    ...(options.repository ? { repository: options.repository } : {}),
  };
  const strangePath = searchPathProblem(options);
  const forbidden = deniedPath(options);

  /** The rule that forbids the line, and whether it surely means it. */
  async function denial(
    line: string,
    cwd: string,
    judged: CommandJudgement | undefined,
    rules: readonly HeldRule[],
  ): Promise<{ held: HeldRule; sure: boolean } | undefined> {
    const has = (kind: HeldRule['rule']['kind']) => rules.some(({ rule }) => rule.kind === kind);
    const behind = has('denyCommand') ? await behindLinks(judged?.commands ?? [], cwd) : [];
    const found = deniedCommand(line, judged?.commands && [...judged.commands, ...behind], rules, looks);
    if (found?.sure || !has('denyPath')) return found;
    for (const { facts, operation } of judged?.touched ?? []) {
      const held = await forbidden(facts, operation, rules);
      if (held) return { held, sure: true };
    }
    // What a program that is not known to only look does with a path that it is given, nobody can tell.
    const words = judged?.commands
      ? judged.commands
          .map(textsOf)
          .filter(argv => !looks(argv))
          .flat()
          .flatMap(word => [word, ...fragmentsOf(word)])
      : fragmentsOf(`${line} ${line.replace(/\\\n|["'\\]/g, '')}`);
    const operands = words
      .slice(0, MOST_WORDS)
      .flatMap(word => [word.replace(/^-{1,2}[\w-]*=?/, ''), word.replace(/^-[A-Za-z]/, '')]);
    for (const operand of new Set(operands)) {
      if (!operand) continue;
      for (const place of new Set([cwd, ...(judged?.places ?? [])])) {
        const facts: PathFacts = paths.textFacts(operand, place);
        const held = await forbidden(facts, 'write', rules);
        if (held) return { held, sure: true };
      }
    }
    const unseen = words.length > MOST_WORDS ? rules.find(({ rule }) => rule.kind === 'denyPath') : undefined;
    const open = unseen ?? (judged?.commands ? undefined : perhapsDenied(line, rules));
    return found ?? (open && { held: open, sure: false });
  }

  /** Programs of the workspace that are links, under the names of what they lead to. */
  async function behindLinks(commands: readonly SimpleCommand[], cwd: string): Promise<SimpleCommand[]> {
    const named = commands.filter(({ words }) => words[0]?.text.includes('/')).slice(0, MOST_LINKS);
    return Promise.all(
      named.map(async ({ words: [program, ...rest] }) => {
        const { resolved } = await paths.facts(program!.text, cwd);
        return { words: [{ ...program!, text: resolved }, ...rest], redirects: [] };
      }),
    );
  }

  return async ({ command, cwd }: CommandAccess, now: Now): Promise<Decision> => {
    const { mode, broken } = now;
    const rules = suspendedBy(now.edited ?? [], now.rules);
    const unreadable =
      command.length > LONGEST_COMMAND ? 'The command is too long to be checked.' : hiddenCharacters(command);
    if (unreadable) {
      const denied = await denial(command.slice(0, MOST_TEXT), cwd, undefined, rules);
      if (denied?.sure) return denyBy(denied.held);
      // What a person cannot see whole cannot be granted for more than once.
      return mode === 'plan' ? plannedOnly() : ask([unreadable]);
    }

    const where = await paths.facts(cwd);
    const isElsewhere = where.place === 'outside' || where.place === 'readable' || where.kind !== 'ordinary';
    const edited: string[] = [];
    const unchanged = (words: readonly string[]) => {
      const files = [...(options.editedByAgent?.() ?? []), ...(now.edited ?? [])];
      const file = editedDefinition(words, files);
      if (file !== undefined) edited.push(wasChanged(file));
      return file === undefined;
    };
    const judge = (permitted: (words: readonly string[], start: Start) => boolean) =>
      judgeCommand(command, where.resolved, world, permitted);
    const judged = await judge(
      words => mode !== 'plan' && allowed.some(entry => covers(entry, words, true)) && unchanged(words),
    );

    const denied = await denial(command, where.given, judged, rules);
    if (denied?.sure) return denyBy(denied.held);
    const onlyLooks = !!judged.commands?.every(c => looks(textsOf(c)) && c.redirects.every(isHarmless));
    if (mode === 'plan' && (isElsewhere || (!onlyLooks && judged.reasons.length > 0))) return plannedOnly();
    if (isElsewhere) return ask([where.reason ?? `${quoted(cwd)} is not a directory of the workspace.`]);

    const shell = platform === 'win32' ? 'Commands are not checked on Windows yet.' : strangePath;
    if (judged.reasons.length === 0 && !shell) return allow('policy');

    for (const simple of judged.commands ?? []) if (!looks(textsOf(simple))) unchanged(textsOf(simple));
    const reasons = [...new Set([...(shell ? [shell] : []), ...edited, ...judged.reasons])];
    const mention = judged.guarded || onlyLooks ? undefined : guardedMention(command, where.given, paths);
    if (judged.guarded || mention) return ask(mention ? [...new Set([...reasons, mention])] : reasons);
    if (broken) return ask([broken, ...reasons]);

    const exact = rules.find(
      ({ rule, changed }) =>
        rule.kind === 'command' && rule.command === command && rule.cwd === cwd && changed === undefined,
    );
    if (exact) return allow('rule', exact);
    if (denied) reasons.unshift(`It cannot be told whether ${whose(denied.held)} forbids this.`);
    else {
      if (mode === 'all') return allow('mode');
      const used: HeldRule[] = [];
      const granted = (words: readonly string[], start: Start) => {
        if (allowed.some(entry => covers(entry, words, true)) && unchanged(words)) return true;
        const held = grantFor(words, start, rules, platform);
        if (held) used.push(held);
        return held !== undefined;
      };
      const mayBeGranted = !shell && rules.some(({ rule }) => rule.kind === 'argv');
      if (mayBeGranted && (await judge(granted)).reasons.length === 0 && used.length > 0)
        return allow('rule', used[0]);
    }
    const answers = async (words: readonly string[]) => {
      const same = (other: readonly string[], { fed }: Start) =>
        !fed && other.length === words.length && covers(words, other, false);
      const held = (other: readonly string[], start: Start) =>
        same(other, start) || grantFor(other, start, rules, platform) !== undefined;
      return !shell && !denied && (await judge(held)).reasons.length === 0;
    };
    const offers = await offersForCommand({ command, cwd, where, judged, looks, answers, options });
    return ask([...suspended(rules, offers), ...reasons], offers);
  };
}

/** The rules as they will stand when calls before this one have changed these files. */
function suspendedBy(files: readonly string[], rules: readonly HeldRule[]): readonly HeldRule[] {
  if (files.length === 0) return rules;
  return rules.map(held => {
    const changed = held.changed ?? files.find(file => changes(held.rule, file));
    return changed === undefined ? held : { ...held, changed };
  });
}

/** Why a rule that is like one that is offered does not hold any more. */
function suspended(rules: readonly HeldRule[], offers: readonly Offer[]): string[] {
  const offered = new Set(offers.map(offer => JSON.stringify(offer.rule)));
  return rules.flatMap(({ rule, changed }) =>
    changed !== undefined && offered.has(JSON.stringify(rule)) ? [wasChanged(changed)] : [],
  );
}

const wasChanged = (file: string) =>
  `${quoted(file)}, which decides what this runs, was changed by the agent.`;

/** Characters and words of a line that nobody can read whole: enough for a rule that forbids to see what it means. */
const MOST_TEXT = 64_000;
const MOST_WORDS = 2_000;
const MOST_LINKS = 16;

const fragmentsOf = (text: string) => text.split(/[\s'"`$(){};&|<>=,:[\]]+/);

const textsOf = (simple: SimpleCommand) => simple.words.map(word => word.text);
const isHarmless = ({ operator, target }: SimpleCommand['redirects'][number]) =>
  operator === '<' || (operator === '>&' && /^[12]$/.test(target.text)) || target.text === '/dev/null';

/** Whatever the disk says; git is not among it. */
const looks = (words: readonly string[]) => {
  const use = useOf(words);
  return words[0] === 'cd' || (use !== undefined && !('refused' in use) && !use.git);
};

function searchPathProblem({ searchPath, roots, platform }: PolicyOptions): string | undefined {
  if (searchPath === undefined || platform === 'win32') return undefined;
  const bad = searchPath
    .split(':')
    .find(d => !pathsOf(platform).isAbsolute(d) || roots.some(root => isBelow(d, root, platform)));
  if (bad === undefined) return undefined;
  return `Programs or their libraries are looked for in the workspace (${quoted(bad || '.')} is searched), so \`ls\` may not be ls.`;
}
