import { structuredPatch } from 'diff';
import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../src/extension/chat/patch.ts';
import type { FileDiff } from '../../src/protocol/display.ts';

const before = `${Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n')}\n`;
const after = before.replace('line 3\n', 'line three\nand more\n').replace('line 25\n', '');

function diffOf(a: string, b: string, change: FileDiff['change']): FileDiff {
  const { hunks } = structuredPatch('', '', a, b);
  const texts = hunks.flatMap(h => [
    `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@`,
    ...h.lines,
  ]);
  return { path: 'f', change, hunks: texts.join('\n'), added: 0, removed: 0 };
}
const modified = diffOf(before, after, 'modified');

describe('the two sides of an edit', () => {
  it('after it was made: the file is the right side', () => {
    expect(sidesOf(modified, after)).toEqual({ before, after, current: 'after' });
  });
  it('before it is made: the file is the left side', () => {
    expect(sidesOf(modified, before)).toEqual({ before, after, current: 'before' });
  });
  it('when the file went on elsewhere: the recorded edit on the file as it is', () => {
    expect(sidesOf(modified, `// new head\n${after}`)).toEqual({
      before: `// new head\n${before}`,
      after: `// new head\n${after}`,
      current: 'after',
    });
  });
  it('of a file to be created', () => {
    const diff = diffOf('', 'one\ntwo\n', 'created');
    expect(sidesOf(diff, undefined)).toEqual({ before: '', after: 'one\ntwo\n', current: 'before' });
    expect(sidesOf(diff, 'one\ntwo\n')).toEqual({ before: '', after: 'one\ntwo\n', current: 'after' });
  });
  it('have the line ends of the file, though the record has none of its own', () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(sidesOf(modified, crlf(after))).toEqual({
      before: crlf(before),
      after: crlf(after),
      current: 'after',
    });
  });
  it.each([
    ['the file has nothing of it any more', modified, 'something else\n'],
    ['the record was cut', { ...modified, cut: true }, after],
    ['the file is gone', modified, undefined],
  ] as const)('when %s: the changed parts', (_, diff, now) => {
    const sides = sidesOf(diff, now);
    expect(sides.current).toBeUndefined();
    expect(sides.before).toContain('line 3\nline 4');
    expect(sides.after).toContain('line three\nand more\nline 4');
    expect(sides.after).not.toContain('line 25\n');
  });
});
