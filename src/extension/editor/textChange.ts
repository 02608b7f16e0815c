/** The smallest single replacement between two texts, so that cursors, folds and marks elsewhere stay. */

export interface TextChange {
  /** Offsets in the old text; `end` is past the last replaced character. */
  start: number;
  end: number;
  text: string;
}

/** Undefined when nothing differs. Never splits a CRLF or a surrogate pair. */
export function middleChange(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  if (start > 0 && splits(before, after, start)) start--;
  let kept = 0;
  while (kept < shorter - start && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  if (kept > 0 && splits(before, after, before.length - kept, after.length - kept)) kept--;
  return { start, end: before.length - kept, text: after.slice(start, after.length - kept) };
}

function splits(before: string, after: string, at: number, afterAt = at): boolean {
  return splitsPair(before, at) || splitsPair(after, afterAt);
}
function splitsPair(text: string, at: number): boolean {
  const [left, right] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (left === 13 && right === 10) || ((left & 0xfc00) === 0xd800 && (right & 0xfc00) === 0xdc00);
}

/** The one line end of a text; undefined when it has none, or both. */
export function lineEndOf(text: string): '\n' | '\r\n' | undefined {
  const all = text.match(/\r?\n/g);
  const first = all?.[0];
  return first && all.every(end => end === first) ? (first as '\n' | '\r\n') : undefined;
}
