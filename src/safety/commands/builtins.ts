/** Programs whose words have rules of their own, most of them built into bash. */
import { readArguments } from './options.ts';
import type { Use } from './use.ts';

export function lookUp(args: readonly string[]): Use {
  const [first, ...names] = args;
  const plain = (name: string) => /^[A-Za-z0-9_.+-]+$/.test(name) && !name.startsWith('-');
  if (first === '-v' && names.length > 0 && names.every(plain)) return { reads: [] };
  return { refused: '`command` is harmless only as `command -v NAME`.' };
}

/** Any other operand would set the clock. */
export function date(args: readonly string[]): Use {
  const harmless = /^(?:\+.*|-u|--utc|-R|-I(?:date|hours|minutes|seconds)?)$/s;
  if (args.every(arg => harmless.test(arg))) return { reads: [] };
  return { refused: '`date` is harmless only with `-u`, `-R`, `-I` and a format that begins with `+`.' };
}

/** `%n` and `-v` assign, and assigning can run commands; a great width fills the memory. */
export function printf([format = '', ...words]: readonly string[]): Use {
  const plain = /^(?!-)(?:[^%\\]|%%|%[-0 +]?\d{0,3}(?:\.\d{1,3})?[sdixuqf]|\\[\\abfnrtv"'0-7])*$/;
  if (plain.test(format) && words.length < 100) return { reads: [] };
  return { refused: '`printf` is harmless only with a format of text and plain conversions, such as `%s`.' };
}

/** One question, possibly negated. `-v` evaluates its operand, and `-a` and `-o` join more than is seen here. */
export function test(args: readonly string[]): Use {
  const [first, second, third, ...more] = args[0] === '!' && args.length > 2 ? args.slice(1) : args;
  if (more.length === 0 && first !== undefined && second !== undefined) {
    if (third === undefined && /^-[defhLprSswx]$/.test(first)) return { reads: [second] };
    if (third === undefined && /^-[nz]$/.test(first)) return { reads: [] };
    if (third !== undefined && /^(?:=|==|!=)$/.test(second) && !/^[!(]$/.test(first)) return { reads: [] };
  }
  return { refused: '`test` is harmless only as one question about a file or a comparison of two texts.' };
}

/** A long count would fill the disk. */
export function seq(args: readonly string[]): Use {
  const read = readArguments('seq', args, { flags: 'w', valued: 's' });
  if ('refused' in read) return read;
  const { operands } = read;
  const numbers = operands.map(Number);
  const [from, step, to] = [
    numbers.length > 1 ? numbers[0]! : 1,
    numbers.length > 2 ? numbers[1]! : 1,
    numbers.at(-1) ?? 0,
  ];
  const isPlain = operands.length <= 3 && operands.every(word => /^-?\d{1,9}(?:\.\d{1,6})?$/.test(word));
  if (isPlain && step !== 0 && Math.abs(to - from) / Math.abs(step) <= MOST_LINES) return { reads: [] };
  return { refused: '`seq` is harmless only with plain numbers that are not far apart.' };
}
const MOST_LINES = 1_000_000;
