// Brings a fresh clone to where it can build, test and run. As a program:
//   node scripts/setup.mjs [--server] [--browser]
// As a library: `setUp` for the other scripts. Plain Node 20, nothing installed before.

import { findToolchain, installPackages } from './lib/npm.mjs';
import { root } from './lib/paths.mjs';
import { asProgram } from './lib/program.mjs';
import { ensureBrowser, ensureTracing } from './lib/system.mjs';
import { ensureServer } from './lib/vscode-install.mjs';

/**
 * @param {{ server?: boolean, browser?: boolean, tracing?: boolean }} [needs] what to have besides the packages and Node 24
 * @returns {Promise<import('./lib/npm.mjs').Toolchain>} its `env` carries ASCENT_BROWSER when a browser was asked for
 */
export async function setUp({ server = false, browser = false, tracing = false } = {}) {
  await installPackages('Installing packages', root);
  const toolchain = findToolchain();
  if (server) await ensureServer(toolchain);
  if (tracing) await ensureTracing();
  if (browser) toolchain.env.ASCENT_BROWSER = await ensureBrowser(toolchain);
  return toolchain;
}

await asProgram(import.meta.url, async () => {
  const { node } = await setUp({
    server: process.argv.includes('--server'),
    browser: process.argv.includes('--browser'),
  });
  console.log(`Ready. Node: ${node}`);
});
