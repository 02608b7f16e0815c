/**
 * A strict reader of the small part of bash that is judged at all: plain words, quotes without expansions, the
 * connectors and redirects. Whatever else it meets, it refuses with a reason in plain words. What it reads is then
 * compared with what the real grammar says (decode.ts); only where both agree is a command understood.
 */

/** Longer lines are not parsed: the grammar needs seconds for a megabyte. Characters. */
export const LONGEST_COMMAND = 8192;

/** A line with more commands asks; the cap closes, it never lets the rest through. */
const MOST_COMMANDS = 64;
/** Words, redirects and quotes together: what the grammar takes its time for. */
const MOST_PARTS = 600;

export interface Word {
  /** What the program gets. */
  text: string;
  start: number;
  end: number;
}
export type Connector = '&&' | '||' | '|' | ';' | '\n';
export interface Redirect {
  operator: '>' | '>>' | '>|' | '<' | '>&' | '&>' | '&>>';
  /** The descriptor written before it. */
  descriptor?: string;
  target: Word;
}
export interface SimpleCommand {
  words: Word[];
  redirects: Redirect[];
  /** What stands before the next command; absent at the end. */
  next?: Connector;
}
export type Lexed = { commands: SimpleCommand[] } | { refused: string };

class Refusal extends Error {}
const refuse = (reason: string): never => {
  throw new Refusal(reason);
};

/** What hides from a reader's eye or splits words differently than it looks; undefined when there is nothing. */
export function hiddenCharacters(command: string): string | undefined {
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(command))
    return 'The command holds control characters.';
  if (/\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|[\u2028\u2029]/u.test(command))
    return 'The command holds invisible characters.';
  if (!command.isWellFormed()) return 'The command is not valid text.';
  if (/[^\S \t\n]/u.test(command)) return 'The command holds unusual kinds of space.';
  return undefined;
}

export function lex(command: string): Lexed {
  if (command.length > LONGEST_COMMAND) return { refused: 'The command is too long to be checked.' };
  const hidden = hiddenCharacters(command);
  if (hidden) return { refused: hidden };
  try {
    return { commands: read(command) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

const EXPANSION = 'It holds `$` or a backtick: what that becomes is known only when it runs.';
/** Unquoted characters with a meaning that is not followed here. */
const meanings: Record<string, string> = {
  $: EXPANSION,
  '`': EXPANSION,
  '*': 'It holds a file pattern: which files that names is known only when it runs.',
  '?': 'It holds a file pattern: which files that names is known only when it runs.',
  '[': 'It holds `[`, a file pattern or a test.',
  ']': 'It holds `]`, a file pattern or a test.',
  '{': 'It holds braces, which bash expands or groups.',
  '}': 'It holds braces, which bash expands or groups.',
  '(': 'It holds parentheses: a subshell, a function or a substitution.',
  ')': 'It holds parentheses: a subshell, a function or a substitution.',
  '#': 'It holds a comment.',
};

const letter = /[\p{L}\p{N}\p{M}]/u;
const plain = /[A-Za-z0-9_./:@%+,=^!-]/;
const blank = /[ \t]/;

function read(text: string): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let current: SimpleCommand = { words: [], redirects: [] };
  let at = 0;

  let parts = 0;
  const count = () => {
    if (++parts > MOST_PARTS) refuse('It holds too many words to be checked.');
  };

  const empty = () => current.words.length === 0 && current.redirects.length === 0;
  const finish = (next: Connector) => {
    if (empty()) {
      // An empty line changes nothing, nor does a line break after an operator that wants more.
      if (next === '\n') return;
      refuse(`It holds \`${next}\` without a command before it.`);
    }
    commands.push({ ...current, next });
    if (commands.length > MOST_COMMANDS) refuse('It holds too many commands to be checked.');
    current = { words: [], redirects: [] };
  };
  const skipBlanks = () => {
    while (blank.test(text[at] ?? '')) at++;
  };

  function redirect(descriptor: string | undefined): void {
    // A number that is too large for bash is a word to it.
    if (descriptor !== undefined && descriptor.length > 1) refuse('It redirects a descriptor beyond 9.');
    const operator = /^(?:&>>|&>|>>|>\||>&|>|<)/.exec(text.slice(at, at + 3))?.[0] as Redirect['operator'];
    if (/^<[<(>&]|^>\(/.test(text.slice(at, at + 2)))
      refuse('It holds a here-document, a process substitution or a two-way redirect.');
    at += operator.length;
    skipBlanks();
    const target = word() ?? refuse('It redirects to nothing.');
    current.redirects.push({ operator, target, ...(descriptor === undefined ? {} : { descriptor }) });
  }

  function word(): Word | undefined {
    count();
    const start = at;
    let out = '';
    for (;;) {
      const c = codePoint(text, at);
      if (c === '' || blank.test(c) || '\n;|&<>'.includes(c)) break;
      if (c === "'") out += singleQuoted();
      else if (c === '"') out += doubleQuoted();
      else if (c === '\\') out += escaped();
      else if (c === '#' && at > start) out += take(c);
      else if (c === '~' && at > start && !/[:=]$/.test(out)) out += take(c);
      else if (c === '~') refuse('It holds `~`, which stands for a home directory.');
      else if (plain.test(c) || letter.test(c)) out += take(c);
      else refuse(meanings[c] ?? `It holds the character \`${c}\` outside quotes.`);
    }
    return at === start ? undefined : { text: out, start, end: at };
  }
  const take = (c: string) => {
    at += c.length;
    return c;
  };
  function singleQuoted(): string {
    count();
    const end = text.indexOf("'", at + 1);
    if (end < 0) refuse('A quote is not closed.');
    const inside = text.slice(at + 1, end);
    at = end + 1;
    return inside;
  }
  function escaped(): string {
    const c = text[at + 1] ?? '';
    if (!/[!-/:-@[-`{-~ ]/.test(c)) refuse('It holds a backslash before a letter or at the end of a line.');
    at += 2;
    return c;
  }
  function doubleQuoted(): string {
    count();
    let inside = '';
    for (at++; at < text.length; at++) {
      const c = text[at]!;
      if (c === '"') {
        at++;
        return inside;
      }
      if (c === '`') refuse(EXPANSION);
      // At the end of a string `$` is itself: "foo$".
      if (c === '$' && text[at + 1] !== '"') refuse(EXPANSION);
      if (c === '\\') {
        const next = text[at + 1] ?? '';
        if (next === '\n') refuse('It holds a backslash before a letter or at the end of a line.');
        if ('$`"\\'.includes(next) && next !== '') at++;
        inside += text[at];
      } else inside += c;
    }
    return refuse('A quote is not closed.');
  }

  while (at < text.length) {
    skipBlanks();
    const two = text.slice(at, at + 2);
    const c = text[at];
    if (c === undefined) break;
    if (c === '#') {
      // Between words: nothing, up to the end of the line.
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (two === '&&' || two === '||') {
      at += 2;
      finish(two);
    } else if (two === ';;') refuse('It holds `;;`, a part of a case statement.');
    else if (two === '|&') refuse('It holds `|&`, which also pipes errors.');
    else if (c === '|' || c === ';' || c === '\n') {
      at++;
      finish(c);
    } else if (c === '<' || c === '>' || two === '&>') redirect(undefined);
    else if (c === '&') refuse('It starts something in the background (`&`).');
    else {
      const w = word();
      if (w === undefined) refuse(`It holds the character \`${c}\`.`);
      else if (/^[0-9]+$/.test(text.slice(w.start, w.end)) && /[<>]/.test(text[at] ?? '')) redirect(w.text);
      else current.words.push(w);
    }
  }
  const last = commands.at(-1);
  if (!empty()) commands.push(current);
  else if (last?.next === ';' || last?.next === '\n') delete last.next;
  else refuse(last ? `It ends in \`${last.next}\`.` : 'The command is empty.');
  return commands;
}

const codePoint = (text: string, at: number) => {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
};
