/** PEM blocks of private keys, whole or cut, whatever stands before their lines: numbers, diff signs, quotes. */

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** A line of a key, with what may stand around it. */
const KEY_LINE = /^.{0,24}?[A-Za-z0-9+/=]{24,}.{0,8}$/;
const LONGEST = 20_000;

/** In time linear in the text's length; in order, none overlaps another. */
export function privateKeys(text: string): { start: number; end: number }[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const marks = [...mark(text, BEGIN, true), ...mark(text, END, false)].sort((a, b) => a.start - b.start);
  const found: { start: number; end: number }[] = [];
  let covered = 0;
  marks.forEach(({ start, end, begins }, at) => {
    if (start < covered) return;
    const next = marks[at + 1];
    // The tail of a block whose head was cut off; a whole block; one whose tail was cut off.
    if (!begins) found.push({ start: startOfLines(text, covered, start), end });
    else if (next && !next.begins && next.end - start <= LONGEST) found.push({ start, end: next.end });
    else found.push({ start, end: endOfLines(text, end, next?.start ?? text.length) });
    covered = found.at(-1)!.end;
  });
  return found;
}

const mark = (text: string, pattern: RegExp, begins: boolean) =>
  [...text.matchAll(pattern)].map(({ index, 0: all }) => ({ start: index, end: index + all.length, begins }));

/** Line breaks, real ones and those of JSON in a text. */
const BREAK = /\r?\n|\\r\\n|\\n/;

function endOfLines(text: string, from: number, before: number): number {
  const lines = text.slice(from, Math.min(before, from + LONGEST)).split(BREAK);
  let end = from + lines[0]!.length;
  for (const line of lines.slice(1)) {
    if (!KEY_LINE.test(line)) break;
    end = text.indexOf(line, end) + line.length;
  }
  return end;
}

function startOfLines(text: string, after: number, to: number): number {
  const lines = text.slice(Math.max(after, to - LONGEST), to).split(BREAK);
  let start = to - lines.at(-1)!.length;
  for (const line of lines.slice(0, -1).reverse()) {
    if (!KEY_LINE.test(line)) break;
    start = text.lastIndexOf(line, start - 1);
  }
  return start;
}
