// Installs VS Code's server build (npm's code-server, pinned in tools/vscode) without its own install scripts: those
// want another Node and build ten native modules, of which one is needed here.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, npm } from './npm.mjs';
import { root, serverPackage } from './paths.mjs';
import { must, step } from './process.mjs';
import { ensureCompiler } from './system.mjs';

export const codeServer = path.join(serverPackage, 'node_modules', 'code-server');
export const vscodeRoot = path.join(codeServer, 'lib', 'vscode');
/** A development-only extension that shows the Ascent view when a window opens. */
export const opener = path.join(serverPackage, 'opener');

/** Says what was installed and how; anything else means: install again. @param {string} node */
function fingerprint(node) {
  const hash = createHash('sha256').update(path.relative(root, node));
  for (const file of [path.join(serverPackage, 'package-lock.json'), fileURLToPath(import.meta.url)])
    hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** @param {import('./npm.mjs').Toolchain} toolchain */
export async function ensureServer(toolchain) {
  if (process.platform === 'win32')
    throw new Error('The VS Code server build does not run on Windows: use `npm start -- --desktop`.');
  const stamp = path.join(serverPackage, 'node_modules', '.ready');
  const wanted = fingerprint(toolchain.node);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  await installPackages('Downloading the VS Code server', serverPackage, ['--ignore-scripts']);
  const quiet = ['--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // `npm ci` refuses the shrinkwrap file there (a peer is missing from it); `npm install` keeps to its versions.
  await step('Installing its packages', async () => {
    await npm(['install', '--ignore-scripts', ...quiet], { cwd: vscodeRoot, toolchain });
    await npm(['install', '--ignore-scripts', ...quiet], {
      cwd: path.join(vscodeRoot, 'extensions'),
      toolchain,
    });
  });
  if (await ensureCompiler()) {
    const home = path.resolve(toolchain.node, '../..');
    const nodeHeaders = existsSync(path.join(home, 'include', 'node', 'node.h')) ? home : undefined;
    await step('Building its log module', async () => {
      await npm(['rebuild', '@vscode/spdlog', '--loglevel=error'], {
        cwd: vscodeRoot,
        toolchain,
        nodeHeaders,
      });
    });
  } else console.log('Without python3, make and g++ the output channels of the VS Code server stay empty.');
  cpSync(opener, path.join(vscodeRoot, 'extensions', 'ascent-opener'), { recursive: true });
  await must(toolchain.node, ['-e', 'require("node-pty"); require("@parcel/watcher")'], { cwd: vscodeRoot });
  writeFileSync(stamp, wanted);
}
