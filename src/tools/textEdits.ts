/** Exact replacements in a text. All of them, or a ToolFailure that says which one does not fit and why. */
import { hideControls } from '../protocol/plainText.ts';
import { nearestLines } from './nearestLines.ts';
import { ToolFailure } from './tool.ts';

export interface TextEdit {
  old_text: string;
  new_text: string;
  replace_all?: boolean | undefined;
}

const MOST_LINE_NUMBERS = 20;

/** Each edit applies to the result of the one before. `shown` names the file in failures. */
export function applyEdits(text: string, edits: readonly TextEdit[], shown: string): string {
  let result = text;
  for (const [i, edit] of edits.entries()) {
    const which = edits.length > 1 ? `edits[${i}]: ` : '';
    result = applyEdit(result, edit, message => {
      throw new ToolFailure(`${which}${message} Nothing was written to ${shown}.`);
    });
  }
  return result;
}

function applyEdit(text: string, edit: TextEdit, fail: (message: string) => never): string {
  const isShown =
    edit.old_text.includes('\\u{') &&
    !unix(text).includes(unix(edit.old_text)) &&
    unix(text).includes(hideControls(unix(edit.old_text)));
  // Reading shows hidden characters as \u{...}: whoever writes that back means the character.
  const [wanted, replacement] = [edit.old_text, edit.new_text].map(t =>
    unix(isShown ? hideControls(t) : t),
  ) as [string, string];
  if (wanted === '')
    fail('old_text is empty. To insert, replace a neighbouring line by itself and the new text.');
  if (wanted === replacement) fail('old_text and new_text are the same.');
  const source = withoutCarriageReturns(text);
  const starts = occurrences(source.text, wanted);
  if (starts.length === 0) fail(notFound(source.text, wanted));
  if (starts.length > 1 && !edit.replace_all) fail(ambiguous(source.text, starts));
  let result = '';
  let from = 0;
  for (const start of starts) {
    const [begin, end] = [source.original(start), source.original(start + wanted.length)];
    result += text.slice(from, begin) + withLineEnds(replacement, lineEnd(text, begin));
    from = end;
  }
  return result + text.slice(from);
}

const unix = (text: string) => text.replaceAll('\r\n', '\n');

/** The text with `\n` for every `\r\n`, and where its positions lie in the original. */
function withoutCarriageReturns(text: string): { text: string; original(position: number): number } {
  if (!text.includes('\r\n')) return { text, original: position => position };
  /** Positions, in the shortened text, of the `\n` whose `\r` is gone. */
  const gone: number[] = [];
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2)) gone.push(at - gone.length);
  return { text: unix(text), original: position => position + countBelow(gone, position) };
}

/** How many of the sorted numbers are smaller than `limit`. */
function countBelow(sorted: number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function occurrences(text: string, wanted: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) starts.push(at);
  return starts;
}

/** The line end that is in use where the edit is. */
function lineEnd(text: string, position: number): string {
  const next = text.indexOf('\n', position);
  const at = next >= 0 ? next : text.lastIndexOf('\n', position);
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

const withLineEnds = (text: string, end: string) => (end === '\n' ? text : text.replaceAll('\n', end));

function ambiguous(text: string, starts: number[]): string {
  const lines = starts.slice(0, MOST_LINE_NUMBERS).map(start => lineNumber(text, start));
  const more = starts.length > lines.length ? ', ...' : '';
  return `old_text was found ${starts.length} times, at lines ${lines.join(', ')}${more}. Add lines around it until it is unique, or set replace_all.`;
}

function lineNumber(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function notFound(text: string, wanted: string): string {
  const lines = wanted.split('\n');
  if (lines.every(line => line === '' || /^\s*\d+\t/.test(line)))
    return 'old_text was not found: it begins with line numbers. Leave out the number and the tab that read_file puts before each line.';
  const near = nearestLines(text.split('\n'), lines);
  if (!near) return 'old_text was not found, nor anything like it. Read the file again.';
  const why = near.onlyWhiteSpace
    ? 'These lines differ from it in white space only'
    : 'The most similar lines';
  const shown = near.lines.map((line, i) => `${near.firstLine + i}\t${line}`).join('\n');
  return `old_text was not found. ${why}:\n${shown}\n`;
}
