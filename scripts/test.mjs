// All checks, or some:  node scripts/test.mjs [types|lint|build|unit|vscode|package|ui|desktop|long|faults ...] [--grep TEXT]
// Does the set-up itself, goes on after a failure, and closes with "N passed, N failed".
import { parseArgs } from 'node:util';
import { runInDesktop, runInServer } from './lib/host-tests.mjs';
import { packageExtension } from './lib/package.mjs';
import { root } from './lib/paths.mjs';
import { must } from './lib/process.mjs';
import { asProgram } from './lib/program.mjs';
import { closeTally, sum, tally } from './lib/tally.mjs';
import { runVitest } from './lib/unit-tests.mjs';
import { setUp } from './setup.mjs';
import { checkContents } from './verify-vsix.mjs';

/** What `npm test` runs, in order. `desktop` downloads VS Code, `long` and `faults` take minutes: asked for by name. */
const standard = ['types', 'lint', 'build', 'unit', 'vscode', 'package', 'ui'];
const known = [...standard, 'desktop', 'long', 'faults'];

await asProgram(import.meta.url, async () => {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter(name => !known.includes(name));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
  const wanted = positionals.length > 0 ? positionals : standard;
  const wants = (/** @type {string[]} */ ...names) => names.some(name => wanted.includes(name));

  const toolchain = await setUp({
    server: wants('vscode', 'package', 'ui', 'long'),
    browser: wants('vscode', 'package', 'ui', 'long'),
    // Commands run in the sandbox wherever it can be had: the suites see what people see.
    tracing: wants('vscode', 'package', 'ui', 'unit', 'long'),
  });
  const { node, env } = toolchain;
  const grep = values.grep;
  const npmScript = (/** @type {string} */ file, /** @type {string[]} */ ...args) =>
    must(node, [file, ...args], { cwd: root, env, show: true }).then(() => {});
  /** @type {Promise<string> | undefined} */
  let packaged;
  const vsix = () => (packaged ??= packageExtension(toolchain));

  /** @type {Record<string, () => Promise<import('./lib/tally.mjs').Counts | void>>} */
  const work = {
    async types() {
      for (const project of ['.', 'src/webview', 'test'])
        await npmScript('node_modules/typescript/bin/tsc', '-p', project);
    },
    lint: () => npmScript('node_modules/@biomejs/biome/bin/biome', 'check', '.'),
    build: () => npmScript('esbuild.mjs'),
    unit: () => runVitest({ toolchain, grep }),
    async vscode() {
      const trusted = await runInServer({ toolchain, grep });
      return sum(trusted, await runInServer({ toolchain, grep, trusted: false }));
    },
    async package() {
      await checkContents(await vsix());
      const smoke = await runInServer({ toolchain, vsix: await vsix(), grep: 'activation' });
      return { ...smoke, passed: smoke.passed + 1 };
    },
    ui: async () => runVitest({ toolchain, grep, config: 'test/ui/vitest.config.ts', vsix: await vsix() }),
    desktop: () => runInDesktop({ toolchain, grep }),
    long: async () =>
      runVitest({ toolchain, grep, config: 'test/long/vitest.config.ts', vsix: await vsix() }),
    faults: () => runVitest({ toolchain, grep, config: 'test/faults/vitest.config.ts' }),
  };
  for (const name of known)
    if (wants(name)) await tally(name, /** @type {() => Promise<void>} */ (work[name]));
  process.exitCode = closeTally();
});
