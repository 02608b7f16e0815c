/** What scenarios read out of tool results: test runs, code, small bugs. */
import { describe, expect, it } from 'vitest';
import { repairsFor } from '../../src/standin/repairs.ts';
import { exitCode, filesIn, wasDenied } from '../../src/standin/results.ts';
import { functionsIn, importPath, resolveImport } from '../../src/standin/source.ts';
import { readTestRun } from '../../src/standin/testOutput.ts';

describe('test runs', () => {
  const failure = { name: 'adds up', file: '/w/test/sum.test.js', line: 7, message: '1 !== 2' };
  it.each([
    [
      'TAP',
      `TAP version 13
# Subtest: works
ok 1 - works
# Subtest: adds up
not ok 2 - adds up
  ---
  location: '/w/test/sum.test.js:7:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:

    1 !== 2

  stack: |-
    TestContext.<anonymous> (file:///w/test/sum.test.js:8:10)
  ...
1..2
# pass 1
# fail 1`,
    ],
    [
      'spec',
      `✔ works (0.2ms)
✖ adds up (1.2ms)
ℹ pass 1
ℹ fail 1

✖ failing tests:

test at /w/test/sum.test.js:7:1
✖ adds up (1.2ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  1 !== 2

      at TestContext.<anonymous> (file:///w/test/sum.test.js:8:10)`,
    ],
  ])('%s', (_, output) => {
    expect(readTestRun(output)).toEqual({ passed: 1, failed: 1, failures: [failure] });
  });

  it('vitest and jest, roughly', () => {
    const vitest = ` FAIL  test/sum.test.ts > sums > adds up
AssertionError: expected 1 to be 2 // Object.is equality
 ❯ test/sum.test.ts:7:18
 Tests  1 failed | 4 passed (5)`;
    const jest = `FAIL test/sum.test.ts
  ● sums › adds up

    expect(received).toBe(expected)

      at Object.<anonymous> (test/sum.test.ts:7:18)

Tests:       1 failed, 4 passed, 5 total`;
    for (const output of [vitest, jest])
      expect(readTestRun(output)).toMatchObject({
        passed: 4,
        failed: 1,
        failures: [{ name: 'adds up', file: 'test/sum.test.ts', line: 7 }],
      });
  });
});

describe('results', () => {
  it('an exit code counts only at the end', () => {
    expect(exitCode('[exit code 1] said the log\n[exit code 0]')).toBe(0);
    expect(exitCode('[exit code 0]\n[ended at its time limit of 2 s]')).toBeUndefined();
  });
  it('a denial is one only at the start', () => {
    expect(wasDenied('The person did not allow this. Nothing was done.')).toBe(true);
    expect(wasDenied('1\tNot allowed: see above')).toBe(false);
  });
  it('finds files and lines in what people write', () => {
    expect(filesIn('Fix src/a.ts:12 and ./b/c.test.js, line 4-9. See example.com.')).toEqual([
      { path: 'src/a.ts', line: 12 },
      { path: './b/c.test.js', line: 4 },
    ]);
  });
});

describe('code', () => {
  it('finds functions with comment, extent and examples', () => {
    const text = `/**
 * Adds two numbers. Really.
 *
 * @example add(1, 2) // 3
 */
export function add(a, b) {
  if (a) {
    return a + b;
  }
}

const twice = (n) => n * 2;
`;
    expect(functionsIn(text)).toEqual([
      {
        name: 'add',
        exported: true,
        firstLine: 6,
        lastLine: 10,
        parameters: 'a, b',
        summary: 'Adds two numbers.',
        examples: [{ call: 'add(1, 2)', result: '3' }],
      },
      {
        name: 'twice',
        exported: false,
        firstLine: 12,
        lastLine: 12,
        parameters: 'n',
        summary: '',
        examples: [],
      },
    ]);
  });

  it('knows how modules point at each other', () => {
    expect(resolveImport('test/unit/a.test.js', '../../src/a.js')).toBe('src/a.js');
    expect(importPath('test/unit/a.test.js', 'src/a.js')).toBe('../../src/a.js');
    expect(importPath('src/a.test.js', 'src/a.js')).toBe('./a.js');
  });
});

describe('repairs', () => {
  const first = (body: string) =>
    repairsFor(`export function f(list, a, b) {\n${body}\n}\n`)[0]?.newText.trim();
  it.each([
    ['  return list.sort();', 'return list.sort((a, b) => a - b);'],
    ['  return list.sort((x, y) => x - y);', 'return [...list].sort((x, y) => x - y);'],
    ['  return a < b;', 'return a <= b;'],
    ['  return date.getMonth();', 'return date.getMonth() + 1;'],
  ])('%s', (line, repaired) => {
    expect(first(line)).toBe(repaired);
  });

  it('changes only the functions asked for, at a place that occurs once', () => {
    const text = 'export function f(a) {\n  return a + 1;\n}\n\nexport function g(a) {\n  return a + 1;\n}\n';
    const [repair] = repairsFor(text, ['g']);
    expect(text.split(repair!.oldText)).toHaveLength(2);
    expect(text.replace(repair!.oldText, repair!.newText)).toBe(
      'export function f(a) {\n  return a + 1;\n}\n\nexport function g(a) {\n  return a;\n}\n',
    );
  });
});
