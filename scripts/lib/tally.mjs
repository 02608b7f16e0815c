// Counts what ran. Every number comes from a runner's own report; a step that is one check counts as one.

/**
 * `failures`: for each failed test its full name and, on the lines below it, its error.
 * @typedef {{ passed: number, skipped: number, failures: string[] }} Counts
 */

/** @returns {Counts} */
export const nothing = () => ({ passed: 0, skipped: 0, failures: [] });

/** @param {string} failure a name, and what went wrong on the lines below @returns {Counts} */
export const oneFailed = failure => ({ ...nothing(), failures: [failure] });

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export const sum = (a, b) => ({
  passed: a.passed + b.passed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** @type {{ name: string, counts: Counts, ms: number }[]} */
const steps = [];

/**
 * Runs one step and counts it; a step that throws has failed, and the ones after it still run.
 * @param {string} name
 * @param {() => Promise<Counts | void>} work nothing returned: the step itself is one check
 * @returns {Promise<boolean>} whether all of it passed
 */
export async function tally(name, work) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  /** @type {Counts} */
  let counts;
  try {
    counts = (await work()) ?? { ...nothing(), passed: 1 };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    counts = oneFailed(message);
  }
  steps.push({ name, counts, ms: Date.now() - started });
  return counts.failures.length === 0;
}

/** Lines of one failure that are repeated at the end. */
const repeatedLines = 30;

/** Prints what failed once more, so that the end of a long log tells it, then the table and the closing line. Returns the exit code. */
export function closeTally() {
  for (const { name, counts } of steps)
    for (const failure of counts.failures) {
      const lines = failure.split('\n').filter(line => !/^\s+at .*node_modules/.test(line));
      console.log(`\n✗ ${name}: ${lines.slice(0, repeatedLines).join('\n    ')}`);
    }
  console.log('');
  for (const { name, counts, ms } of steps) {
    const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
    const seconds = (ms / 1000).toFixed(1).padStart(6);
    console.log(
      `${name.padEnd(22)}${seconds} s  ${counts.passed} passed, ${counts.failures.length} failed${skipped}`,
    );
  }
  const total = steps.reduce((counted, step) => sum(counted, step.counts), nothing());
  if (total.skipped) console.log(`${total.skipped} skipped`);
  console.log(`${total.passed} passed, ${total.failures.length} failed`);
  return total.failures.length === 0 && total.passed > 0 ? 0 : 1;
}
