// Runs vitest, for the unit tests and for the tests in a browser, and reads its report.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, root } from './paths.mjs';
import { run } from './process.mjs';

/** @typedef {import('./tally.mjs').Counts} Counts */

/** Rooms whose lines must be covered, and by how much (percent). */
const covered = ['protocol', 'session', 'agent', 'model'];
const floor = 90;

/**
 * @param {object} options
 * @param {import('./npm.mjs').Toolchain} options.toolchain
 * @param {string | undefined} [options.grep] only tests whose full name matches
 * @param {string} [options.config] another vitest configuration than the project's own
 * @param {string} [options.vsix] the packaged extension, for tests that need one
 * @returns {Promise<Counts>}
 */
export async function runVitest({ toolchain, grep, config, vsix }) {
  const name = config ? path.basename(path.dirname(config)) : 'unit';
  const report = path.join(cache, 'reports', `${name}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  args.push(`--outputFile.json=${report}`);
  if (config) args.push('--config', config);
  if (grep) args.push('--testNamePattern', grep);
  const withCoverage = !config && !grep;
  if (withCoverage) {
    rmSync(summaryFile, { force: true });
    args.push('--coverage', '--coverage.reportOnFailure');
  }
  const env = { ...toolchain.env, ...(vsix ? { ASCENT_VSIX: vsix } : {}) };
  const { code } = await run(toolchain.node, args, { cwd: root, env, show: true });
  const counts = readReport(report);
  // An error outside of any test fails the run and is in no count.
  if (code !== 0 && counts.failed === 0) counts.failed++;
  return withCoverage ? checkCoverage(counts) : counts;
}

/** @param {string} file @returns {Counts} */
function readReport(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults;
  // A file that could not even be loaded has no tests to count.
  const broken = files.filter(
    entry => entry.status === 'failed' && entry.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests,
  };
}

const summaryFile = path.join(root, 'coverage', 'coverage-summary.json');

/** Prints the covered lines of each room; a room below the floor is a failure. @param {Counts} counts @returns {Counts} */
function checkCoverage(counts) {
  if (!existsSync(summaryFile)) {
    console.log('No coverage was measured.');
    return { ...counts, failed: counts.failed + 1 };
  }
  const src = path.join(root, 'src') + path.sep;
  /** @type {Map<string, { total: number, covered: number }>} */
  const rooms = new Map();
  for (const [file, { lines }] of Object.entries(JSON.parse(readFileSync(summaryFile, 'utf8')))) {
    if (!file.startsWith(src)) continue;
    const name = file.slice(src.length).split(path.sep)[0] ?? '';
    const room = rooms.get(name) ?? { total: 0, covered: 0 };
    rooms.set(name, { total: room.total + lines.total, covered: room.covered + lines.covered });
  }
  let low = 0;
  console.log('Lines covered, by room:');
  for (const [name, room] of [...rooms].filter(([, lines]) => lines.total > 0).sort()) {
    const percent = (100 * room.covered) / room.total;
    const tooLow = covered.includes(name) && percent < floor;
    if (tooLow) low++;
    console.log(
      `  ${name.padEnd(10)} ${percent.toFixed(1).padStart(5)} %${tooLow ? `  below ${floor} %` : ''}`,
    );
  }
  return { ...counts, failed: counts.failed + low };
}
