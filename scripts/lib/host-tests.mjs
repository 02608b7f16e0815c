// Runs test/vscode inside a real extension host: of the VS Code server, or of a desktop VS Code.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cache, root } from './paths.mjs';
import { copySample } from './sample.mjs';
import { nothing, oneFailed, sum } from './tally.mjs';

/** @typedef {import('./tally.mjs').Counts} Counts */
/** @typedef {{ toolchain: import('./npm.mjs').Toolchain, grep?: string | undefined }} Options */

const suites = path.join(root, 'test', 'vscode');
const bundle = path.join(cache, 'vscode-tests', 'index.cjs');
/** Milliseconds; a host that hangs is ended and counts as failed. */
const limit = 300_000;

/** Suites for a window without trust; all others need one that has it. */
const isRestricted = (/** @type {string} */ file) => file.endsWith('restricted.test.ts');

/** One CommonJS file with the suites; mocha itself stays outside, it loads its parts at run time. */
async function bundleSuites(/** @type {boolean} */ trusted) {
  const esbuild = await import('esbuild');
  const files = readdirSync(suites).filter(
    name => name.endsWith('.test.ts') && isRestricted(name) !== trusted,
  );
  const loads = files.map(name => `require('./${name}');`).join(' ');
  await esbuild.build({
    stdin: {
      contents: `import { runSuites } from './index.ts'; export const run = () => runSuites(() => { ${loads} });`,
      resolveDir: suites,
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

/** Prints results as they come and counts them. @param {string} file @param {string | undefined} grep */
function follow(file, grep) {
  let read = 0;
  let ended = false;
  let counts = nothing();
  const drain = () => {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(read, whole).split('\n').filter(Boolean)) {
      /** @type {import('../../test/vscode/index.ts').Happening} */
      const happening = JSON.parse(line);
      if (happening.event === 'end') ended = true;
      else {
        if (happening.event === 'fail')
          counts = sum(counts, oneFailed(`${happening.title}\n${happening.error}`));
        else counts[happening.event === 'pass' ? 'passed' : 'skipped']++;
        const mark = { pass: '✓', fail: '✗', skip: '-' }[happening.event];
        console.log(`  ${mark} ${happening.title} (${happening.ms} ms)`);
        if (happening.event === 'fail') console.log(happening.error.replace(/^/gm, '      '));
      }
    }
    read = whole;
  };
  const watching = setInterval(drain, 300);
  return {
    /** @param {string | undefined} trouble what went wrong with the host; after a failed test that is no news */
    finish(trouble) {
      clearInterval(watching);
      drain();
      const none =
        counts.passed + counts.failures.length + counts.skipped === 0 && !grep ? 'No test ran.' : undefined;
      const unfinished = ended ? none : 'The extension host ended before the suites did.';
      const problem = ended && counts.failures.length > 0 ? undefined : (trouble ?? unfinished);
      if (problem) {
        console.log(`  ✗ ${problem}`);
        counts = sum(counts, oneFailed(problem));
      }
      return counts;
    },
  };
}

/** A new folder with a copy of the sample, a home of its own, and the environment of a run. */
async function prepare(/** @type {string | undefined} */ grep, trusted = true) {
  await bundleSuites(trusted);
  const folder = mkdtempSync(path.join(tmpdir(), 'ascent-host-'));
  const workspace = await copySample(path.join(folder, 'workspace'));
  mkdirSync(path.join(folder, 'home'));
  const results = path.join(folder, 'results.jsonl');
  const env = {
    ASCENT_TEST_RESULTS: results,
    ASCENT_TEST_GREP: grep ?? '',
    ASCENT_TEST_ROOT: root,
    ASCENT_STATE_DIR: path.join(folder, 'state'),
  };
  return { folder, workspace, results, env };
}

/**
 * @param {Options & { vsix?: string, trusted?: boolean }} options with `vsix` the packaged extension is installed and
 *   tested, else the one in dist/; `trusted` false: the suites for Restricted Mode, in a window that is in it
 * @returns {Promise<Counts>}
 */
export async function runInServer({ toolchain, grep, vsix, trusted = true }) {
  const { launchBrowser } = await import('./browser.mjs');
  const { installExtensions, makePlaces, startServer, windowUrl } = await import('./vscode-server.mjs');
  const { opener } = await import('./vscode-install.mjs');
  const { isolatedEnv } = await import('./isolation.mjs');
  const { folder, workspace, results, env } = await prepare(grep, trusted);
  const places = makePlaces(folder);
  if (vsix) await installExtensions(toolchain, places, [vsix]);
  const server = await startServer({
    toolchain,
    places,
    testDriver: true,
    trustAll: trusted,
    env: isolatedEnv(path.join(folder, 'home')),
  });
  const browser = await launchBrowser(toolchain);
  const progress = follow(results, grep);
  /** @type {string[]} */
  const consoleLines = [];
  try {
    const page = await browser.newPage();
    page.on('console', message => consoleLines.push(`[${message.type()}] ${message.text()}`));
    await page.exposeFunction('codeAutomationLog', () => {});
    /** @type {Promise<string | undefined>} */
    const ended = new Promise((resolve, reject) => {
      page.exposeFunction('codeAutomationExit', () => resolve(undefined)).catch(reject);
    });
    // Tests are only loaded beside an extension in development: for an installed one, any other serves.
    const develop = vsix ? opener : root;
    await page.goto(windowUrl(server, { folder: workspace, develop, tests: bundle, env }));
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise(resolve => {
      timer = setTimeout(() => resolve(`No end after ${limit / 1000} s.`), limit);
    });
    const trouble = await Promise.race([ended, late, server.ended.then(() => 'The server ended.')]);
    clearTimeout(timer);
    const counts = progress.finish(trouble);
    if (counts.failures.length) {
      const kept = path.join(cache, 'failures');
      mkdirSync(kept, { recursive: true });
      await page.screenshot({ path: path.join(kept, 'extension-host.png') });
      writeFileSync(path.join(kept, 'extension-host.log'), consoleLines.join('\n'));
      console.log(`  Window and console: ${kept}`);
    }
    return counts;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The same suites in a desktop VS Code, downloaded when it is not there yet. @param {Options} options @returns {Promise<Counts>} */
export async function runInDesktop({ grep }) {
  const { runTests } = await import('@vscode/test-electron');
  const { folder, workspace, results, env } = await prepare(grep);
  const progress = follow(results, grep);
  try {
    const trouble = await runTests({
      cachePath: path.join(cache, 'desktop'),
      extensionDevelopmentPath: root,
      extensionTestsPath: bundle,
      extensionTestsEnv: env,
      launchArgs: [workspace, '--user-data-dir', path.join(folder, 'user'), '--disable-workspace-trust'],
    }).then(
      () => undefined,
      error => String(error?.message ?? error),
    );
    return progress.finish(trouble);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
