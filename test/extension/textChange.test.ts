import { describe, expect, it } from 'vitest';
import { lineEndOf, middleChange } from '../../src/extension/editor/textChange.ts';

describe('the change between two texts', () => {
  it.each([
    ['', 'new'],
    ['old', ''],
    ['aaa', 'aaaa'],
    ['one two three', 'one 2 three'],
    ['a\r\nb\r\n', 'a\r\nB\r\n'],
    ['a\r\nb', 'a\nb'],
    ['a\nb', 'a\r\nb'],
    ['x😀y', 'x😁y'],
    ['😀', '😀😀'],
  ])('%j -> %j leads there and splits no pair', (before, after) => {
    const { start, end, text } = middleChange(before, after)!;
    expect(before.slice(0, start) + text + before.slice(end)).toBe(after);
    for (const at of [start, end])
      expect(before.slice(Math.max(0, at - 1), at + 1)).not.toMatch(
        /^(\r\n|[\ud800-\udbff][\udc00-\udfff])$/,
      );
  });
  it('leaves the rest alone', () => {
    expect(middleChange('head\nold\ntail\n', 'head\nnew\ntail\n')).toEqual({ start: 5, end: 8, text: 'new' });
    expect(middleChange('same', 'same')).toBeUndefined();
  });
});

it('a text has one line end, none, or both', () => {
  expect(lineEndOf('a\nb\n')).toBe('\n');
  expect(lineEndOf('a\r\nb')).toBe('\r\n');
  expect(lineEndOf('a')).toBeUndefined();
  expect(lineEndOf('a\r\nb\n')).toBeUndefined();
});
