/** The output of a test run, as its reader sees it: which tests failed, where, and why. */

export interface TestFailure {
  name: string;
  /** As printed: absolute, or relative to where the tests ran. */
  file?: string;
  line?: number;
  /** The first telling line: what was expected, what came. */
  message: string;
}

export interface TestRun {
  passed: number | undefined;
  failed: number | undefined;
  failures: TestFailure[];
}

/** Understands node's spec and TAP reporters, and roughly those of vitest, jest and mocha. */
export function readTestRun(output: string): TestRun {
  const tap = /^TAP version|^(not )?ok \d+/m.test(output);
  const failures = tap ? tapFailures(output) : specFailures(output);
  return { passed: count(output, 'pass(?:ed|ing)?'), failed: count(output, 'fail(?:ed|ing)?'), failures };
}

function count(output: string, word: string): number | undefined {
  const found =
    output.match(new RegExp(`^(?:#|ℹ) ${word} (\\d+)`, 'm')) ?? output.match(new RegExp(`(\\d+) ${word}\\b`));
  return found ? Number(found[1]) : undefined;
}

function tapFailures(output: string): TestFailure[] {
  return output
    .split(/^(?=\s*not ok \d+)/m)
    .slice(1)
    .flatMap(block => {
      const name = block.match(/not ok \d+ - (.*)/)?.[1]?.trim() ?? 'a test';
      if (/failureType: 'subtestsFailed'/.test(block)) return [];
      return [{ name, ...placeIn(block), message: messageIn(block) }];
    });
}

const FAILED = /^[ \t]*(?:✖|✗|×|●|FAIL\s|\d+\) )/m;

function specFailures(output: string): TestFailure[] {
  const header = output.search(/failing tests:|Failed Tests|failing\n/);
  const report = header < 0 ? output : output.slice(output.indexOf('\n', header));
  return report
    .replace(/^test at (\S+)\n(.*)$/gm, '$2\n  at $1')
    .split(new RegExp(`(?=${FAILED.source})`, 'm'))
    .filter(block => FAILED.test(block.split('\n', 1)[0]!))
    .map(block => {
      const name = block.split('\n', 1)[0]!.replace(FAILED, '');
      return {
        name: lastPart(name.replace(/\s*\(?[\d.]+ ?m?s\)?\s*$/, '').trim()),
        ...placeIn(block),
        message: messageIn(block),
      };
    })
    .filter(({ name }) => !/^\S+\.[cm]?[jt]sx?$/.test(name))
    .filter((failure, index, all) => all.findIndex(({ name }) => name === failure.name) === index);
}

/** The test's own name without those of its file and its groups. */
const lastPart = (name: string) => name.split(/ > | › /).at(-1)!;

function placeIn(block: string): { file?: string; line?: number } {
  const stack = [
    ...block.matchAll(/(?:file:\/\/)?((?:[A-Za-z]:)?[^\s('"]*?[\w-]\.[cm]?[jt]sx?):(\d+)(?::\d+)?/g),
  ];
  const found =
    stack.find(([, file]) => /test|spec/.test(file!) && !/node:|node_modules/.test(file!)) ?? stack[0];
  return found ? { file: found[1]!, line: Number(found[2]) } : {};
}

function messageIn(block: string): string {
  const lines = block.split('\n').map(line => line.trim());
  const comparison = lines.find(line => /^\S.* !==? \S/.test(line));
  if (comparison) return comparison;
  const at = lines.findIndex(line => /^(?:error: |\w*Error\b)/.test(line));
  if (at < 0) return '';
  const text = lines[at]!.replace(/^error: (\|-|'|")?/, '').replace(/['"]$/, '') || (lines[at + 1] ?? '');
  const [actual, expected] = ['actual', 'expected'].map(
    key => block.match(new RegExp(`^\\s*${key}: (.{1,60}?),?$`, 'm'))?.[1],
  );
  return actual && expected ? `${text} actual ${actual}, expected ${expected}`.trim() : text;
}
