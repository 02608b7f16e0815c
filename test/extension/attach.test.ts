import { expect, it } from 'vitest';
import { attach, type Piece } from '../../src/extension/prompts/attach.ts';

const piece: Piece = {
  path: 'src/a.ts',
  languageId: 'typescript',
  firstLine: 3,
  lastLine: 4,
  text: 'a\nb\n',
  problems: [],
};

it('an attached piece says where it is from and what is wrong there', () => {
  const problem = { line: 4, severity: 'error', message: 'b is not defined', source: 'ts' };
  expect(attach({ ...piece, problems: [problem] })).toEqual({
    label: 'src/a.ts:3-4',
    text: 'File src/a.ts, line 3-4:\n\n```typescript\na\nb\n```\n\nProblems:\n- line 4: error: b is not defined (ts)',
  });
});
it('text with fences in it stays inside its own', () => {
  expect(attach({ ...piece, text: '````md\nx\n````' }).text).toContain(
    '`````typescript\n````md\nx\n````\n`````',
  );
});
it('a large piece is cut, and says so', () => {
  const { text } = attach({ ...piece, text: 'x'.repeat(50_000) });
  expect(text.length).toBeLessThan(21_000);
  expect(text).toContain('of 50000');
});
