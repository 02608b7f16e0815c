import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../src/webview/text/diff.ts';
import { mentionAt } from '../../src/webview/text/mention.ts';
import { lastLines, plainOutput } from '../../src/webview/text/terminal.ts';
import { pieces } from '../../src/webview/text/visible.ts';
import { compact, duration, elapsed, money } from '../../src/webview/text/words.ts';
import { glyphs } from '../../src/webview/view/glyphs.ts';
import { hunk } from './stories/calls.ts';

it('every icon is the codicon of its name', () => {
  const csv = readFileSync(
    new URL('../../node_modules/@vscode/codicons/dist/codicon.csv', import.meta.url),
    'utf8',
  );
  const known = new Map(csv.split('\n').map(line => [line.split(',')[0], line.split(',').at(-1)?.trim()]));
  const wrong = Object.entries(glyphs).filter(
    ([name, glyph]) => known.get(name) !== glyph.codePointAt(0)!.toString(16).toUpperCase(),
  );
  expect(wrong).toEqual([]);
});

describe('terminal output', () => {
  it('loses its colours, titles and overwritten progress', () => {
    expect(plainOutput('\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done\r\n')).toBe('ok done\n');
    expect(plainOutput('10%\r50%\r100%\nnext\r\n')).toBe('100%\nnext\n');
    expect(plainOutput('10%\r50%\r')).toBe('50%');
  });
  it('keeps its last lines', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc\n');
    expect(lastLines('a\nb\nc', 2)).toBe('b\nc');
    expect(lastLines('a', 2)).toBe('a');
    expect(lastLines('x'.repeat(50_000), 2)).toHaveLength(40_000);
  });
});

it('what does not show is spelled out', () => {
  const shown = (text: string) =>
    pieces(text)
      .map(p => p.text)
      .join('');
  expect(shown('rm\u00a0-rf\u202e \u{e0041}a\ufe0f\u0000\u2028')).toBe(
    'rm\\u{a0}-rf\\u{202e} \\u{e0041}a\\u{fe0f}\\u{0}\\u{2028}',
  );
  expect(shown('echo "héllo 世界 مرحبا"\n\tnext')).toBe('echo "héllo 世界 مرحبا"\n\tnext');
  expect(shown('a\rb')).toBe('a\\u{d}b');
  expect(shown('rm a \\ \n  b\t\nc d')).toBe('rm a \\·\n  b→\nc d');
});

it('a diff knows the number of each line', () => {
  const lines = diffLines(hunk);
  expect(lines.map(l => `${l.kind} ${l.number ?? ''}`).slice(0, 6)).toEqual([
    'context 12',
    'removed 13',
    'removed 14',
    'added 13',
    'added 14',
    'added 15',
  ]);
  expect(lines.find(l => l.kind === 'gap')?.text).toContain('export function format');
  expect(lines.at(-1)).toMatchObject({ kind: 'added', number: 43 });
  expect(diffLines('@@ -0,0 +1 @@\n+one\n\\ No newline at end of file\n')).toMatchObject([
    { kind: 'added', number: 1, text: 'one' },
    { kind: 'gap', text: 'No newline at end of file' },
  ]);
});

it('numbers are short and have their unit', () => {
  expect([0, 940, 2_140, 12_400, 60_000, 125_000, 3_600_000].map(duration)).toEqual([
    '0.0 s',
    '0.9 s',
    '2.1 s',
    '12 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 00 min',
  ]);
  expect([0, 59_999, 61_000, 7_260_000].map(elapsed)).toEqual(['0 s', '59 s', '1m 01s', '2h 01m']);
  expect([7, 1_234, 99_990, 262_144, 1_500_000].map(compact)).toEqual(['7', '1.2k', '100k', '262k', '1.5M']);
  expect(money([{ amount: 0.0042, currency: 'USD' }])).toBe('$0.0042');
  expect(
    money([
      { amount: 1.5, currency: 'USD' },
      { amount: 0.25, currency: 'CNY' },
    ]),
  ).toBe('$1.50 + ¥0.25');
  expect(money([{ amount: 0, currency: 'USD' }])).toBe('');
});

it('an @ names a file where a word begins', () => {
  expect(mentionAt('see @src/a', 10)).toEqual({ start: 4, query: 'src/a' });
  expect(mentionAt('(@', 2)).toEqual({ start: 1, query: '' });
  expect(mentionAt('me@example', 10)).toBeUndefined();
  expect(mentionAt('@a b', 4)).toBeUndefined();
});
