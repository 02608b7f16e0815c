import { describe, expect, it } from 'vitest';
import { hideControls, plainText, plainTextStream, showControls } from '../../src/protocol/plainText.ts';

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

describe('hidden characters', () => {
  it.each([
    ['zero width', 'a\u200bb\u200cc\u200dd\u2060e\ufefff'],
    ['soft hyphens and joiners of nothing', 'a\u00adb\u034fc'],
    ['direction marks', 'a\u200eb\u200fc\u061cd\u202ee\u2066f\u2069'],
    ['fillers', 'a\u3164b\u115fc\u1160d\uffa0e\u180ef'],
    ['tags', '\u{e0061}\u{e007f}'],
    ['selectors that select nothing', `a\ufe0f\ufe01${'\u{e0100}\u{e01ef}'.repeat(3)}`],
    ['a run of selectors behind a picture', '\u{1f600}\ufe0f\ufe0f\u{e0101}'],
    ['separators and annotations', 'a\u2028b\u2029c\ufff9d\ufffa'],
    ['half characters', 'a\ud800b\udc00'],
  ])('%s are shown in files and dropped from output', (_, text) => {
    const shown = showControls(text);
    expect(shown).toMatch(/\\u\{[0-9a-f]+\}/);
    expect(showControls(shown)).toBe(shown);
    // Nothing hidden is left but what stands where it belongs.
    const left =
      /(?!\ufe0f)[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb\p{Cs}]/u;
    expect(shown).not.toMatch(left);
    expect(plainText(text)).not.toMatch(left);
    expect(hideControls(shown)).toBe(text);
  });

  it.each([
    [
      'families and flags',
      '\u{1f469}\u200d\u{1f469}\u200d\u{1f467} \u{1f3f3}\ufe0f\u200d\u{1f308} 1\ufe0f\u20e3 \u2764\ufe0f',
    ],
    ['skin', '\u{1f469}\u{1f3fd}\u200d\u{1f4bb}'],
    ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Hindi', '\u0915\u094d\u200d\u0937'],
    ['variants of Han', '\u845b\u{e0100}'],
  ])('%s keep theirs', (_, text) => {
    expect(showControls(text)).toBe(text);
    expect(plainText(text)).toBe(text);
  });

  it('only what was shown is taken back', () => {
    expect(hideControls('\\u{41} \\u{110000} \\u{zz} \\u{200b}')).toBe('\\u{41} \\u{110000} \\u{zz} \u200b');
  });
});
