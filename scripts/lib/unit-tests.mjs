// Runs vitest, for the unit tests and for the tests in a browser, and reads its report.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, root } from './paths.mjs';
import { run } from './process.mjs';
import { nothing, oneFailed, sum } from './tally.mjs';

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
  let counts = readReport(report);
  // An error outside of any test fails the run and is in no count.
  if (code !== 0 && counts.failures.length === 0)
    counts = sum(counts, oneFailed(`vitest ended with ${code}; its own lines say why`));
  return withCoverage ? sum(counts, checkCoverage()) : counts;
}

/** @param {string} file @returns {Counts} */
function readReport(file) {
  if (!existsSync(file)) return oneFailed('vitest wrote no report');
  const report = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {{ name: string, status: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[]} */
  const files = report.testResults;
  const failures = files.flatMap(file => {
    const name = path.relative(root, file.name);
    // A file that could not even be loaded has no tests to count.
    if (file.status === 'failed' && file.assertionResults.length === 0) return `${name}\n${file.message}`;
    return file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(test => [`${name}: ${test.fullName}`, ...test.failureMessages].join('\n'));
  });
  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests,
    failures,
  };
}

const summaryFile = path.join(root, 'coverage', 'coverage-summary.json');

/** Prints the covered lines of each room; a room below the floor is a failure. @returns {Counts} */
function checkCoverage() {
  if (!existsSync(summaryFile)) return oneFailed('no coverage was measured');
  const src = path.join(root, 'src') + path.sep;
  /** @type {Map<string, { total: number, covered: number }>} */
  const rooms = new Map();
  for (const [file, { lines }] of Object.entries(JSON.parse(readFileSync(summaryFile, 'utf8')))) {
    if (!file.startsWith(src)) continue;
    const name = file.slice(src.length).split(path.sep)[0] ?? '';
    const room = rooms.get(name) ?? { total: 0, covered: 0 };
    rooms.set(name, { total: room.total + lines.total, covered: room.covered + lines.covered });
  }
  let counts = nothing();
  console.log('Lines covered, by room:');
  for (const [name, room] of [...rooms].filter(([, lines]) => lines.total > 0).sort()) {
    const percent = (100 * room.covered) / room.total;
    const tooLow = covered.includes(name) && percent < floor;
    if (tooLow) counts = sum(counts, oneFailed(`${name}: ${percent.toFixed(1)} % of its lines are covered`));
    console.log(
      `  ${name.padEnd(10)} ${percent.toFixed(1).padStart(5)} %${tooLow ? `  below ${floor} %` : ''}`,
    );
  }
  return counts;
}
