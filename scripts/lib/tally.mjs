// Counts what ran. Every number comes from a runner's own report; a step that is one check counts as one.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export const sum = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
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
    counts = (await work()) ?? { passed: 1, failed: 0, skipped: 0 };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  steps.push({ name, counts, ms: Date.now() - started });
  return counts.failed === 0;
}

/** Prints the table and the closing line. Returns the exit code. */
export function closeTally() {
  console.log('');
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, counts, ms } of steps) {
    const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
    const seconds = (ms / 1000).toFixed(1).padStart(6);
    console.log(`${name.padEnd(22)}${seconds} s  ${counts.passed} passed, ${counts.failed} failed${skipped}`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  if (total.skipped) console.log(`${total.skipped} skipped`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}
