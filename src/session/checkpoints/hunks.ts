/** The parts of one file's change, each of which can be restored by itself. Works on bytes: nothing is converted. */
import { applyPatch, type StructuredPatchHunk, structuredPatch } from 'diff';

export type Hunk = StructuredPatchHunk;

export function hunksBetween(now: Buffer, then: Buffer): Hunk[] {
  const [a, b] = [now.toString('latin1'), then.toString('latin1')];
  return structuredPatch('now', 'then', a, b, undefined, undefined, { context: 3 }).hunks;
}

/** `chosen`: indices into `hunksBetween(now, then)`. */
export function applyHunks(now: Buffer, then: Buffer, chosen: ReadonlySet<number>): Buffer {
  const a = now.toString('latin1');
  const patch = structuredPatch('now', 'then', a, then.toString('latin1'), undefined, undefined, {
    context: 3,
  });
  const hunks = patch.hunks.filter((_, index) => chosen.has(index));
  const result = applyPatch(a, { ...patch, hunks }, { autoConvertLineEndings: false });
  if (result === false) throw new Error('These parts cannot be restored one without the other.');
  return Buffer.from(result, 'latin1');
}

/** For people. */
export const hunkText = ({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string =>
  Buffer.from(
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.join('\n')}\n`,
    'latin1',
  ).toString('utf8');
