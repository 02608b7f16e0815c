import { describe, expect, it } from 'vitest';
import { plainText, plainTextStream, showControls } from '../../src/protocol/plainText.ts';

describe('plainText', () => {
  it.each([
    ['colours', '\x1b[1;31mred\x1b[0m text', 'red text'],
    ['a window title', '\x1b]0;title\x07after', 'after'],
    ['a clipboard write', 'a\x1b]52;c;ZXZpbA==\x1b\\b', 'ab'],
    ['a link keeps its text', '\x1b]8;;file:///etc\x1b\\here\x1b]8;;\x1b\\', 'here'],
    ['eight-bit sequences', '\x9b31mred\x9d0;x\x9cplain', 'redplain'],
    ['an unended sequence takes its line only', 'a\x1b]0;title\nnext', 'a\nnext'],
    ['tabs and lines stay', 'a\tb\nc', 'a\tb\nc'],
    ['bells and NULs', 'a\x07b\0c\x7f', 'abc'],
    ['a progress bar', ' 10%\r 50%\r100%\ndone', '100%\ndone'],
    ['a shorter rewrite leaves what it did not cover', 'abcdef\rxy', 'xycdef'],
    ['an erased line', 'downloading\r\x1b[Kok', 'ok'],
    ['a line erased first', 'downloading\x1b[2K\rok', 'ok'],
    ['Windows line ends', 'a\r\nb\r\r\n', 'a\nb\n'],
    ['backspaces', 'ab\b\bcd', 'cd'],
    ['hidden direction marks and tags', 'a\u202eb\u{e0041}c', 'abc'],
    ['other scripts and emoji stay', 'héllo 漢字 👩‍👩‍👧', 'héllo 漢字 👩‍👩‍👧'],
  ])('%s', (_what, output, shown) => expect(plainText(output)).toBe(shown));

  it('takes hostile input in its stride', () => {
    for (const evil of ['\x9d', '\x1b]', '\x1b[', '\x1b[1;', '\x1b', '\r\x1b[K', 'x\b', '\x1bP1$r'])
      expect(plainText(evil.repeat(20_000)).length).toBeLessThanOrEqual(20_000 * evil.length);
  });
});

describe('plainTextStream', () => {
  it('waits for the rest of a sequence that a piece cuts', () => {
    const plain = plainTextStream();
    expect(['a\x1b', '[3', '1mb', '\x1b]0;ti', 'tle\x1b', '\\c'].map(plain)).toEqual([
      'a',
      '',
      'b',
      '',
      '',
      'c',
    ]);
  });

  it('goes on below a line that is rewritten in a later piece', () => {
    const plain = plainTextStream();
    expect(['10%', '\r20%', '\r30%\n', 'next\r', '\nlast'].map(plain)).toEqual([
      '10%',
      '\n20%',
      '\n30%\n',
      'next',
      '\nlast',
    ]);
  });
});

describe('showControls', () => {
  it('shows what cannot be seen, and keeps the rest', () => {
    expect(showControls('a\x1b[0m\u202e\u{e0041}\r\n\t漢')).toBe('a\\u{1b}[0m\\u{202e}\\u{e0041}\r\n\t漢');
  });
});
