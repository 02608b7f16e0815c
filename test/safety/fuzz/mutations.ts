/** The lines of the case tables, changed a little: what lies near a line that is judged rightly may not be. */
import { attempts } from '../attempts.cases.ts';
import { allowed, asked } from '../commands.cases.ts';
import { everyday } from '../everyday.cases.ts';
import { asking, looking } from '../git.cases.ts';
import { pick, type Random } from './random.ts';

const harmless = [...allowed.map(([line]) => line), ...everyday, ...looking];
const harmful = [...asked.map(([line]) => line), ...Object.values(attempts).flat(), ...asking];
const known = [...harmless, ...harmful];
const tokens = [...new Set(known.flatMap(line => line.split(/\s+/)))].filter(Boolean);

const SIGNS = [
  ...' \t\n\'"\\$`*?[]{}()<>|&;#~!=%^,:@+-/.'.split(''),
  ...[
    '\\\n',
    '\r',
    '\u000b',
    '\u200b',
    '\u00a0',
    '$(id)',
    '`id`',
    "$'",
    '<(',
    '&&',
    '||',
    '>x',
    '2>',
    '<<',
    '--',
  ],
];
const CONNECTORS = [' && ', ' || ', ' | ', '; ', '\n', '&&', '|', ';', ' & ', ' |& '];

/** `paths`: what lies in the workspace, and around it. */
export function mutated(random: Random, paths: readonly string[]): string {
  let text = pick(random, random(4) ? harmless : known);
  for (let n = random(4); n > 0; n--) text = change(text, random, paths);
  if (random(5) === 0) text += pick(random, CONNECTORS) + pick(random, random(3) ? harmless : known);
  return text;
}

function change(text: string, random: Random, paths: readonly string[]): string {
  const at = random(text.length + 1);
  switch (random(10)) {
    case 0:
      return text.slice(0, at) + pick(random, SIGNS) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random(3));
    case 2:
      return withToken(text, random, () => pick(random, tokens));
    case 3:
    case 4:
      return withToken(text, random, () => written(pick(random, paths), random));
    case 5:
      return withToken(text, random, token => written(token, random));
    case 6:
      return `${text} ${pick(random, random(2) ? tokens : paths)}`;
    case 7:
      return reordered(text, random);
    case 8:
      return text.replace(/ -([A-Za-z]+) -([A-Za-z]+)(?= |$)/, random(2) ? ' -$1$2' : ' -$2$1');
    default:
      return withToken(
        text,
        random,
        token => `${token}${pick(random, ['', ' ', '\t'])}${pick(random, tokens)}`,
      );
  }
}

/** Options behind operands, values apart from their options: readers of options differ about these. */
function reordered(text: string, random: Random): string {
  const [program, ...words] = text.split(' ');
  for (let at = words.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [words[at], words[other]] = [words[other]!, words[at]!];
  }
  return [program, ...words].join(' ');
}

function withToken(text: string, random: Random, next: (token: string) => string): string {
  const parts = text.split(/(\s+)/);
  const at = random(parts.length);
  parts[at] = next(parts[at]!);
  return parts.join('');
}

/** The same text in one of the ways in which it can be quoted, and in some in which it cannot. */
function written(text: string, random: Random): string {
  const cut = random(text.length + 1);
  switch (random(7)) {
    case 0:
      return `'${text}'`;
    case 1:
      return `'${text.replaceAll("'", `'\\''`)}'`;
    case 2:
      return `"${text}"`;
    case 3:
      return `"${text.replace(/[$`"\\]/g, '\\$&')}"`;
    case 4:
      return text.replace(/[^\w/.-]/g, '\\$&');
    case 5:
      return `${text.slice(0, cut)}""${text.slice(cut)}`;
    default:
      return text;
  }
}
