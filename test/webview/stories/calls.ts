/** Tool calls as the tools would show them. */
import type { FileDiff } from '../../../src/protocol/display.ts';
import type { Call } from './script.ts';

export const read = (path: string, firstLine = 1, lastLine = 80, totalLines = 120): Call => ({
  name: 'read_file',
  title: {
    ask: 'Read',
    busy: 'Reading',
    done: 'Read',
    object: path,
    detail: `lines ${firstLine}-${lastLine}`,
  },
  display: { kind: 'file', path, firstLine, lastLine, totalLines },
});

export const search = (pattern: string, count = 12): Call => ({
  name: 'search_text',
  title: { ask: 'Search', busy: 'Searching', done: 'Searched', object: pattern, detail: 'in src' },
  display: {
    kind: 'matches',
    pattern,
    count,
    files: Math.ceil(count / 3),
    sample: Array.from(
      { length: Math.min(count, 6) },
      (_, i) => `src/cart/discounts-${i}.ts:${12 + i * 7}:   const total = ${pattern}(items, rate);`,
    ).join('\n'),
    limited: count > 6,
  },
});

export const list = (path: string): Call => ({
  name: 'list_files',
  title: { ask: 'List', busy: 'Listing', done: 'Listed', object: path },
  display: {
    kind: 'paths',
    paths: ['package.json', 'src/', 'src/cart.ts', 'test/cart.test.ts'],
    count: 4,
    limited: false,
  },
});

export const hunk = `@@ -12,9 +12,10 @@ export function total(items: Item[], rate: number) {
   const sum = items.reduce((n, item) => n + item.price * item.count, 0);
-  const discount = sum * rate / 10;
-  return sum - discount;
+  // Rates are percentages.
+  const discount = (sum * rate) / 100;
+  return round(sum - discount);
 }
 
 export function round(amount: number): number {
@@ -40,3 +41,4 @@ export function format(amount: number): string {
   return new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(amount);
 }
+export const FREE_SHIPPING_FROM = 50;
`;

export const edit = (path: string, diff: Partial<FileDiff> = {}): Call => ({
  name: 'edit_file',
  title: { ask: 'Edit', busy: 'Editing', done: 'Edited', object: path },
  display: {
    kind: 'diff',
    files: [{ path, change: 'modified', hunks: hunk, added: 4, removed: 2, ...diff }],
  },
});

export const run = (command: string, output: string, exitCode = 0, durationMs = 2_140): Call => ({
  name: 'run_command',
  title: { ask: 'Run', busy: 'Running', done: 'Ran', object: command },
  durationMs,
  display: {
    kind: 'command',
    command,
    cwd: '/projects/shop',
    outcome: { exitCode, signal: null, output, totalBytes: output.length },
  },
});

export const failingTest = `TAP version 13
# Subtest: total applies the discount
not ok 1 - total applies the discount
  ---
  error: 'Expected values to be strictly equal: -10 !== 90'
  code: 'ERR_ASSERTION'
  ...
1..1
# tests 1
# pass 0
# fail 1
`;
export const passingTest = `ok 1 - total applies the discount\nok 2 - format rounds to cents\n1..2\n# pass 2\n# fail 0\n`;

export const plan = (done: number): Call => {
  const texts = ['Run the tests', 'Find where the discount is computed', 'Correct it', 'Run the tests again'];
  const items = texts.map((text, i) => ({
    text,
    status: i < done ? ('done' as const) : i === done ? ('active' as const) : ('pending' as const),
  }));
  return {
    name: 'update_plan',
    title: { ask: 'Plan', busy: 'Planning', done: 'Planned', object: `${texts.length} steps` },
    display: { kind: 'plan', items },
  };
};
