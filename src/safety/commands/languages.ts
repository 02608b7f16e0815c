/**
 * Programs that read a language of their own. These languages can do more than look, so only a small part of each is
 * understood: what prints, selects and replaces. Everything else asks.
 */
import { readArguments } from './options.ts';
import type { Use } from './use.ts';

/** The inside of `/.../`: no line breaks, which begin another command. */
const INSIDE = String.raw`(?:[^/\\\n]|\\[^\n])*`;
const ADDRESS = String.raw`(?:\d+|\$|/${INSIDE}/I?)`;
const RANGE = String.raw`(?:${ADDRESS}(?:,(?:${ADDRESS}|\+\d+))?!?)`;
/** Prints, deletes from what is printed, stops. `w` writes a file, `e` runs a command, `r` reads a file. */
const SELECTS = new RegExp(`^${RANGE}?[pdq=](?:;${RANGE}?[pdq=])*;?$`);
const REPLACES = new RegExp(String.raw`^${RANGE}?s/${INSIDE}/${INSIDE}/[gIip\d]{0,4}$`);

/** Whether the slash in `[/]` ends a pattern is a matter of opinion; where several follow, that could hide a command. */
const isAmbiguous = (script: string, slashes: number) =>
  script.includes('[') && (script.split('/').length - 1 > slashes || script.includes('"'));

export function sed(args: readonly string[]): Use {
  const read = readArguments('sed', args, {
    flags: 'nErsuz',
    valued: 'e',
    long: ['quiet', 'silent', 'regexp-extended'],
    longValued: ['expression'],
    behind: 'unknown',
  });
  if ('refused' in read) return read;
  const scripts = ['e', 'expression'].flatMap(o => read.all(o));
  const files = scripts.length > 0 ? read.operands : read.operands.slice(1);
  const all = scripts.length > 0 ? scripts : read.operands.slice(0, 1);
  const isPlain = (script: string) =>
    !isAmbiguous(script, all.length > 1 ? 0 : 3) && (SELECTS.test(script) || REPLACES.test(script));
  if (all.length > 0 && all.every(isPlain)) return { reads: files };
  return {
    refused:
      '`sed` is harmless only where it prints, deletes or replaces lines, such as `sed -n 1,80p FILE`.',
  };
}

const AWK_VALUE = String.raw`(?:\$(?:\d+|NF)|NR|NF|FNR|\d+|"[^"\\\n]*")`;
const AWK_TEST = String.raw`(?:!?/${INSIDE}/|${AWK_VALUE}\s*(?:==|!=|<=|>=|<|>|!?~|%)\s*(?:${AWK_VALUE}|/${INSIDE}/))`;
const AWK_PATTERN = String.raw`${AWK_TEST}(?:\s*(?:&&|\|\||,)\s*${AWK_TEST})*`;
/** Values are told apart by blanks and commas, or by the quotes of a text. */
const AWK_VALUES = `${AWK_VALUE}(?:(?:[ ,]+|(?=")|(?<="))${AWK_VALUE})*`;
const AWK_ACTION = String.raw`\{\s*print(?:\s+${AWK_VALUES})?\s*;?\s*\}`;
/** Tests of fields and lines, and the printing of fields. No functions, no redirects, no pipes, no variables. */
const AWK = new RegExp(String.raw`^\s*(?:${AWK_PATTERN}\s*(?:${AWK_ACTION})?|(?:END\s*)?${AWK_ACTION})\s*$`);

export function awk(args: readonly string[]): Use {
  const read = readArguments('awk', args, { valued: 'F', behind: 'unknown' });
  if ('refused' in read) return read;
  const [program, ...files] = read.operands;
  // `FS=x` as an operand is an assignment.
  if (
    program !== undefined &&
    // Told apart in too many ways.
    !/\s{20}/.test(program) &&
    AWK.test(program) &&
    !isAmbiguous(program, 2) &&
    !files.some(f => f.includes('='))
  )
    return { reads: files };
  return { refused: "`awk` is harmless only where it tests and prints fields, such as `awk '{print $1}'`." };
}
