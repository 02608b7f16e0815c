/** Whether a command line only looks, and at what: the programs by their rules, their paths by the path policy. */

import type { PathFacts, PathPolicy } from '../paths/pathPolicy.ts';
import { isBelow, pathsOf } from '../paths/spelling.ts';
import { quoted } from '../rules/words.ts';
import type { BashParser } from './bashParser.ts';
import { decode } from './decode.ts';
import type { GitUse } from './git.ts';
import { type GitWorld, gitProblem } from './gitRepository.ts';
import type { Redirect, SimpleCommand } from './lex.ts';
import { useOf } from './programs.ts';
import { searchTree } from './searchTree.ts';
import type { TreeFilter } from './use.ts';

export interface CommandWorld extends GitWorld {
  parser: BashParser;
  /** Names in a directory, directories with a trailing slash. Without it searches of whole directories ask. */
  list?(path: string): Promise<string[]>;
}

export interface CommandJudgement {
  /** Why it is not allowed unasked; empty: it only looks, and only where it may. */
  reasons: string[];
  /** It touches something that no mode and no rule opens: control files, secrets, devices. */
  guarded: boolean;
  /** The decoded commands; absent where the line is not understood. */
  commands?: SimpleCommand[];
  /** Paths that it names as what it reads or writes. */
  touched: { facts: PathFacts; operation: 'read' | 'write' }[];
  /** Where its last commands may run. */
  places: readonly string[];
}

/** Under what circumstances a program would be started. */
export interface Start {
  /** Real directories, one of which it runs in. */
  places: readonly string[];
  /** It reads what a pipe or a file feeds it. */
  fed: boolean;
}

/** More paths than this in one line are not followed one by one. */
const MOST_PATHS = 64;
/** Nor are more `..` than this. */
const MOST_UPWARDS = 256;

/** The C library of macOS takes two bytes for blanks that are parts of letters, and so may its shell. */
function strangeLetters(command: string, platform: string): string | undefined {
  const isSplit = platform === 'darwin' && /[\x85\xa0]/.test(Buffer.from(command).toString('latin1'));
  return isSplit ? 'It holds letters that the shell of macOS may take for spaces.' : undefined;
}

/** The objects of a repository: unpacked they are all that was ever committed. */
const COMMITTED = /\.git[\\/](?:objects|lfs)(?:[\\/]|$)/i;

/** `permitted`: programs that may start besides those that only look, by their exact words. */
export async function judgeCommand(
  command: string,
  cwd: string,
  world: CommandWorld,
  permitted: (words: readonly string[], start: Start) => boolean,
): Promise<CommandJudgement> {
  const decoded = await decode(command, world.parser);
  const refused = 'refused' in decoded ? decoded.refused : strangeLetters(command, world.paths.platform);
  if ('refused' in decoded || refused)
    return { reasons: [refused!], guarded: false, touched: [], places: [cwd] };
  const { commands } = decoded;
  const reasons = new Set<string>();
  const touched: CommandJudgement['touched'] = [];
  let guarded = false;
  let followed = 0;
  let upwards = 0;
  /** What runs by a grant, and git that only looks as the host would run it if there were none. */
  let isGranted = false;
  const hardened: string[] = [];
  const spent = { directories: 0, names: 0 };
  /** Where the next command may run: after `cd x;` that is x, or, when cd failed, where it was. */
  let places = [cwd];
  /** Where it may run besides once this `&&` chain is over: a `cd` of the chain may have failed. */
  let missed: string[] = [];
  /** Behind `||` it is open which commands ran. */
  let isOpen = false;

  const note = (reason: string, isGuarded = false) => {
    reasons.add(reason);
    guarded ||= isGuarded;
  };
  async function everyPlace(
    path: string,
    look: (facts: PathFacts) => Promise<void> | void,
    operation: 'read' | 'write' = 'read',
  ): Promise<void> {
    for (const place of places) {
      upwards += path.split(/[\\/]/).filter(part => part === '..').length;
      if (++followed > MOST_PATHS || upwards > MOST_UPWARDS)
        return note('It names too many paths to be checked.');
      const facts = await world.paths.facts(path, place);
      touched.push({ facts, operation });
      await look(facts);
    }
  }
  const mayRead = (facts: PathFacts): boolean => {
    const bad = facts.kind === 'secret' || facts.kind === 'special';
    if ([facts.given, facts.resolved].some(path => COMMITTED.test(path)))
      note(
        `${quoted(facts.given)} holds what commits hold, and that may be a secret that is gone from the files.`,
      );
    if (bad || facts.place === 'outside')
      note(facts.reason ?? `${quoted(facts.given)} may not be read unasked.`, bad);
    return !bad && facts.place !== 'outside';
  };

  async function redirect({ operator, descriptor, target }: Redirect): Promise<void> {
    const { text } = target;
    if (operator === '>&' && /^[12]$/.test(text) && /^[12]?$/.test(descriptor ?? '')) return;
    if (operator === '<' && text === '/dev/null') return;
    if (operator === '<') return everyPlace(text, facts => void mayRead(facts));
    if (text === '/dev/null' && (operator === '>' || operator === '>>' || operator === '&>')) return;
    const writes = (facts: PathFacts) =>
      note(
        facts.reason ?? `It writes ${quoted(facts.given)}.`,
        facts.kind !== 'ordinary' || facts.place === 'outside',
      );
    await everyPlace(text, writes, 'write');
  }

  async function changeDirectory(
    words: readonly string[],
    simple: SimpleCommand,
    piped: boolean,
  ): Promise<void> {
    const [to] = words;
    // bash goes up by the name of the path, the kernel by the directory: links make these differ.
    if (
      piped ||
      words.length !== 1 ||
      to === undefined ||
      to === '' ||
      to.startsWith('-') ||
      /(?:^|\/)\.\.(?:\/|$)/.test(to)
    )
      return note('It changes the directory in a way that is not followed here.');
    const next: string[] = [];
    await everyPlace(to, facts => {
      if (mayRead(facts)) next.push(facts.resolved);
    });
    const certain = simple.next === '&&' && !isOpen;
    if (certain) missed.push(...places);
    places = [...new Set(certain ? next : [...next, ...places])];
    if (places.length > 4) note('It changes the directory too often to be followed.');
  }

  async function simpleCommand(simple: SimpleCommand, piped: boolean, fed: boolean): Promise<void> {
    for (const r of simple.redirects) await redirect(r);
    const words = simple.words.map(w => w.text);
    const [program, ...rest] = words;
    if (program === undefined) return note('It is a redirect without a command.');
    if (program === 'cd') return changeDirectory(rest, simple, piped);
    const use = useOf(words);
    if (use && 'git' in use && use.git) {
      const problem = await gitIn(use.git, use.reads);
      if (permitted(words, { places, fed })) isGranted = true;
      else if (problem) note(problem);
      else hardened.push(words.slice(0, 2).join(' '));
      return;
    }
    if (use && !('refused' in use)) {
      const isPiped = fed && !simple.redirects.some(isInput);
      if (use.unlessFed && isPiped) return;
      if (use.hardened) hardened.push(program);
      for (const path of use.reads)
        await everyPlace(path, async facts => {
          if (mayRead(facts)) await readWhole(facts, use.how, use.only);
        });
      return;
    }
    if (permitted(words, { places, fed })) {
      isGranted = true;
      return;
    }
    note(use?.refused ?? `${quoted(program, 60)} is not known to only read.`);
  }

  async function gitIn(use: GitUse, operands: readonly string[]): Promise<string | undefined> {
    followed += places.length * (operands.length + 1);
    if (followed > MOST_PATHS) return 'It names too many paths to be checked.';
    for (const place of places) {
      const problem = await gitProblem(use, operands, place, world);
      if (problem) return problem;
    }
    return undefined;
  }

  async function readWhole(
    facts: PathFacts,
    how: 'tree' | 'visible' | 'file' | undefined,
    only: TreeFilter | undefined,
  ): Promise<void> {
    if (how === 'visible' && facts.kind !== 'ordinary')
      note(`It searches ${quoted(facts.given)}, where credentials may lie.`, true);
    else if (how === 'file' && (!world.stat || (await world.stat(facts.resolved))?.kind === 'directory'))
      note(`It compares whole directories.`);
    else if (how === 'tree') await searchTree(facts, world, spent, note, only);
  }

  for (const [i, simple] of commands.entries()) {
    const before = commands[i - 1]?.next;
    if (before !== '&&') {
      places = [...new Set([...places, ...missed])];
      missed = [];
      isOpen = before === '||' || (isOpen && before === '|');
    }
    const reads = before === '|';
    await simpleCommand(simple, simple.next === '|' || reads, reads || simple.redirects.some(isInput));
    if (followed > MOST_PATHS || upwards > MOST_UPWARDS) break;
  }
  if (isGranted && hardened[0])
    note(`${quoted(hardened[0], 60)} runs unasked only where nothing runs besides that does more than look.`);
  return { reasons: [...reasons], guarded, commands, touched, places };
}

const isInput = ({ operator }: Redirect) => operator === '<';

/**
 * What a command line names that no mode opens, told from its text alone: for lines whose effect is not understood.
 * A net with holes, not a promise: a program can write without naming what.
 */
export function guardedMention(command: string, cwd: string, paths: PathPolicy): string | undefined {
  if (/>[>|&]?\s*["']?[$`]/.test(command)) return 'It writes to a place that is known only when it runs.';
  const home = command.replace(/~(?=\/)|\$HOME\b|\$\{HOME\}/g, () => paths.home);
  // As written, and as bash reads it: quotes and backslashes within a name go.
  const bare = paths.platform === 'win32' ? '' : home.replace(/\\\n|["'\\]/g, '');
  const fragments = `${home} ${bare}`
    .replace(/\b(?!file:)[a-z][a-z0-9+.-]*:\/\/[^\s'"`]+/gi, ' ')
    .split(/[\s'"`$(){};&|<>=,:]+/)
    .map(f => f.replace(/^-[A-Za-z](?=[./])/, ''))
    .filter(f => f !== '' && !f.startsWith('-'));
  for (const fragment of new Set(fragments)) {
    // What git calls the newest commit is also the name of a file that makes a directory a repository.
    if (fragment === 'HEAD' && /\bgit\s[^|;&<>\n]*\bHEAD\b/.test(command) && !/>\s*["']?HEAD/.test(command))
      continue;
    if (fragment === '/dev/null' || /^\/(?:usr\/)?bin\/\w+$/.test(fragment)) continue;
    const facts = paths.textFacts(fragment, cwd);
    if (facts.kind !== 'ordinary') return facts.reason;
    const leaves = pathsOf(paths.platform).isAbsolute(fragment) || /(?:^|\/)\.\.(?:\/|$)/.test(fragment);
    if (leaves && facts.place === 'outside' && !isBelow(facts.given, cwd, paths.platform))
      return facts.reason;
  }
  return undefined;
}
