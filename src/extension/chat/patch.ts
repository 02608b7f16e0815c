/** Both sides of a recorded edit, made again from its hunks and the file as it is now. */
import { applyPatch, parsePatch, reversePatch } from 'diff';
import type { FileDiff } from '../../protocol/display.ts';

export interface Sides {
  before: string;
  after: string;
  /** Which side the file on disk is; undefined when it is neither, and the sides hold the changed parts only. */
  current: 'before' | 'after' | undefined;
}

/** `now` is the file's text, undefined when there is none. */
export function sidesOf(diff: FileDiff, now: string | undefined): Sides {
  const patch = diff.cut ? undefined : parsePatch(`--- a\n+++ b\n${withEmptySides(diff.hunks)}`)[0];
  if (patch) {
    const text = now ?? '';
    const exists = now !== undefined;
    if (exists === (diff.change !== 'deleted')) {
      const before = applyPatch(text, reversePatch(patch));
      if (before !== false) return { before, after: text, current: 'after' };
    }
    if (exists === (diff.change !== 'created')) {
      const after = applyPatch(text, patch);
      if (after !== false) return { before: text, after, current: 'before' };
    }
  }
  return { ...changedParts(diff.hunks), current: undefined };
}

/** Hunks have context, so a side without lines is an empty file, whose range is `0,0`. */
const withEmptySides = (hunks: string) =>
  hunks.replace(/^@@ -.* @@/gm, header => header.replace(/\d+,0\b/, '0,0'));

/** The lines that the hunks hold, a line with the hunk's place between them. */
function changedParts(hunks: string): { before: string; after: string } {
  const before: string[] = [];
  const after: string[] = [];
  for (const line of hunks.split('\n')) {
    const text = line.slice(1);
    if (line.startsWith('@@') || line.startsWith(' ')) {
      const shown = line.startsWith('@@') ? line : text;
      before.push(shown);
      after.push(shown);
    } else if (line.startsWith('-')) before.push(text);
    else if (line.startsWith('+')) after.push(text);
  }
  return { before: before.join('\n'), after: after.join('\n') };
}
