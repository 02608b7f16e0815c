/** Command lines from a grammar of bash: plain ones, oddly written ones, and some that must not pass. */
import { pick, type Random } from './random.ts';

export function line(random: Random): string {
  let text = random(12) === 0 ? pick(random, [' ', '\n', '\t']) : '';
  for (let n = 1 + random(4); n > 0; n--) {
    text += simple(random);
    if (n > 1)
      text += pick(random, [
        ' && ',
        '&&',
        ' || ',
        ' | ',
        '|',
        '; ',
        ';',
        '\n',
        ' &&\n',
        '\n\n',
        ' |\n ',
        random(6) ? ' | ' : ' & ',
      ]);
  }
  return text + pick(random, ['', '', '', ' ', '\n', ';', ' ;\n']);
}

function simple(random: Random): string {
  const program = pick(random, [
    'echo',
    'echo',
    'echo',
    'cat',
    'ls',
    'grep',
    'rg',
    'wc',
    'tr',
    'basename',
    'true',
    'cd',
    'sort',
    random(8) ? 'echo' : 'evil',
  ]);
  const name = random(10) === 0 ? disguise(random, program) : program;
  const parts = [name];
  if (program === 'cd') return `${name} src`;
  for (let n = random(4); n > 0; n--) parts.push(random(9) ? word(random) : redirect(random));
  if (program === 'grep' || program === 'rg') parts.splice(1, 0, word(random));
  return parts.join(pick(random, [' ', ' ', ' ', '  ', '\t']));
}

const redirect = (random: Random) =>
  pick(random, [
    '2>/dev/null',
    '> /dev/null',
    '2>&1',
    '>&2',
    '< a',
    '&>/dev/null',
    '2> /dev/null',
    '1>/dev/null',
    '2 >/dev/null',
    '> out',
    '<<< x',
  ]);

/** The same name, written differently. */
const disguise = (random: Random, name: string) =>
  pick(random, [
    `"${name}"`,
    `'${name}'`,
    `${name[0]}"${name.slice(1)}"`,
    `''${name}`,
    `${name}""`,
    `\\${name}`,
    `${name}\\\n`,
    `${name}\r`,
  ]);

function word(random: Random): string {
  let text = '';
  for (let n = 1 + random(3); n > 0; n--) text += piece(random);
  return text;
}
function piece(random: Random): string {
  if (random(3) === 0)
    return pick(random, [
      'a',
      'b-c',
      'x=1',
      'src/a',
      '1',
      '12',
      '-n',
      '--',
      '-',
      '.',
      'é',
      '你',
      '%',
      '@',
      '+',
      ',',
      ':',
      '^',
      '!',
      'a#b',
      'a~',
      '=',
      '10#3',
      '0x1',
      '2',
    ]);
  if (random(4) === 0)
    return `'${inside(random, ['\\', '"', '$x', '`', '\n', '*', '#', ' ', '|', ';', '&', '>', '{a,b}', '~', '!'])}'`;
  if (random(4) === 0)
    return `"${inside(random, ['\\"', '\\\\', '\\$', '\\`', "'", '\n', '*', '#', ' ', '|', ';', '\\a', '\\ ', '!', '~', '{a,b}', '$'])}"`;
  if (random(4) === 0)
    return `\\${pick(random, [' ', '*', '$', '"', "'", '\\', '#', '~', '{', '(', ';', '|', '&', '<', '!', '`', '\n', 'a'])}`;
  if (random(12) === 0)
    return pick(random, [
      '$x',
      '*',
      '?',
      '[a]',
      '{a,b}',
      '~',
      '#',
      '$(evil)',
      '`evil`',
      "$'a'",
      '(',
      ')',
      '}',
      '\r',
      '\u000b',
      '\u200b',
      '\u00a0',
      '<(evil)',
      '$"a"',
      '$',
    ]);
  return pick(random, ['a', 'b', 'c', 'word', '_', '/']);
}
function inside(random: Random, special: readonly string[]): string {
  let text = '';
  for (let n = random(4); n > 0; n--)
    text += random(2) ? pick(random, special) : pick(random, ['a', 'b', ' ', '1']);
  return text;
}
