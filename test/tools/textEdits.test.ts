import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/tools/textEdits.ts';

/** A small repeatable source of numbers below `limit` (a linear congruential generator). */
function numbers(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe('applyEdits', () => {
  it('changes the found text and nothing else, whatever line ends are mixed in the file', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const below = numbers(seed);
      const lines = Array.from({ length: 2 + below(8) }, (_, i) => `line ${i} é漢`.slice(0, 6 + below(5)));
      const ends = lines.map(() => ['\n', '\r\n'][below(2)]!);
      const text = lines.map((line, i) => line + ends[i]).join('');
      const first = below(lines.length);
      const last = first + below(lines.length - first);
      const before = lines
        .slice(0, first)
        .map((line, i) => line + ends[i])
        .join('');
      const region = lines
        .slice(first, last + 1)
        .map((line, i) => line + ends[first + i])
        .join('');
      // As a model writes it.
      const old_text = region.replaceAll('\r\n', '\n');
      const result = applyEdits(text, [{ old_text, new_text: 'new\n' }], 'file');
      const end = region.slice(0, region.indexOf('\n')).endsWith('\r') ? '\r\n' : '\n';
      expect(result).toBe(`${before}new${end}${text.slice(before.length + region.length)}`);
    }
  });

  it('takes back what reading shows of hidden characters, where the file holds them', () => {
    const edit = (text: string, old_text: string, new_text: string) =>
      applyEdits(text, [{ old_text, new_text }], 'a');
    expect(edit('a\u200bb', 'a\\u{200b}b', 'a b')).toBe('a b');
    expect(edit('a\u200bb c', 'a\\u{200b}b', 'x\\u{200b}')).toBe('x\u200b c');
    expect(edit('a\\u{200b}b', 'a\\u{200b}b', 'c')).toBe('c');
  });

  it('finds text that begins or ends at a line end', () => {
    const edit = (old_text: string, new_text: string) =>
      applyEdits('a\r\nb\r\nc', [{ old_text, new_text }], 'file');
    expect(edit('\nb', '')).toBe('a\r\nc');
    expect(edit('b\n', '')).toBe('a\r\nc');
    expect(edit('\nb\n', '\n')).toBe('a\r\nc');
    expect(edit('\r\nb\r\n', ' ')).toBe('a c');
    expect(edit('c', 'c\n')).toBe('a\r\nb\r\nc\r\n');
  });

  it('replaces all occurrences from left to right, without overlaps', () => {
    const edits = [{ old_text: 'aa', new_text: 'a', replace_all: true }];
    expect(applyEdits('aaaaa\naa', edits, 'file')).toBe('aaa\na');
  });

  it('finds the place that is most alike in a large file, at once', () => {
    const lines = Array.from({ length: 50_000 }, (_, i) =>
      i === 41_000 ? 'const total = sum(values);' : '}',
    );
    const edits = [{ old_text: '}\nconst totals = sum(value);\n}', new_text: '' }];
    expect(() => applyEdits(lines.join('\n'), edits, 'file')).toThrow(/not found/);
    const one = [{ old_text: 'const totals = sum(value);', new_text: '' }];
    expect(() => applyEdits(lines.join('\n'), one, 'file')).toThrow('41001\tconst total = sum(values);');
  });
});
