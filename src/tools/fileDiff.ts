/** The difference between two versions of a file, as people see it. */
import { type StructuredPatchHunk, structuredPatch } from 'diff';
import { DIFF_LIMIT, type FileDiff } from '../protocol/display.ts';
import { showControls } from '../protocol/plainText.ts';

const CONTEXT_LINES = 3;
/** Beyond this many changed lines the exact difference costs too much, and nobody reads it. */
const MOST_CHANGES = 1_000;

/** `before` undefined: the file is new. */
export function fileDiff(path: string, before: string | undefined, after: string): FileDiff {
  const hunks = hunksBetween(...comparable(before ?? '', after));
  const all = hunks.flatMap(hunk => [header(hunk), ...hunk.lines.map(showControls)]);
  const lines = hunks.flatMap(hunk => hunk.lines);
  const text = all.join('\n');
  const cut = text.length > DIFF_LIMIT;
  return {
    path,
    change: before === undefined ? 'created' : 'modified',
    hunks: cut ? text.slice(0, Math.max(0, text.lastIndexOf('\n', DIFF_LIMIT))) : text,
    added: lines.filter(line => line.startsWith('+')).length,
    removed: lines.filter(line => line.startsWith('-')).length,
    ...(cut && { cut }),
  };
}

/** Line ends are left out, unless they are what changed. */
function comparable(before: string, after: string): [string, string] {
  const plain: [string, string] = [before.replaceAll('\r\n', '\n'), after.replaceAll('\r\n', '\n')];
  return plain[0] === plain[1] ? [before, after] : plain;
}

function header({ oldStart, oldLines, newStart, newLines }: StructuredPatchHunk): string {
  // An empty side is named by the line before it.
  const place = (start: number, count: number) => `${count === 0 ? start - 1 : start},${count}`;
  return `@@ -${place(oldStart, oldLines)} +${place(newStart, newLines)} @@`;
}

function hunksBetween(before: string, after: string): StructuredPatchHunk[] {
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_CHANGES };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  return patch ? patch.hunks : [oneBlock(before.split('\n'), after.split('\n'))];
}

/** Everything between the first and the last changed line as one replacement. */
function oneBlock(before: string[], after: string[]): StructuredPatchHunk {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const old = before.slice(start, before.length - end);
  const fresh = after.slice(start, after.length - end);
  return {
    oldStart: start + 1,
    oldLines: old.length,
    newStart: start + 1,
    newLines: fresh.length,
    lines: [...old.map(line => `-${line}`), ...fresh.map(line => `+${line}`)],
  };
}
