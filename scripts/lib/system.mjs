// What a machine may lack: a browser, a compiler. Debian's packages as root; elsewhere another way, or one clear line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { must, onPath, run, step } from './process.mjs';

const canUseApt = () => process.platform === 'linux' && process.getuid?.() === 0 && !!onPath('apt-get');

/** True when apt installed all of `packages`. */
async function aptInstall(/** @type {string} */ title, /** @type {string[]} */ packages) {
  if (!canUseApt()) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return step(title, async () => {
    await run('apt-get', ['update', '-q'], { env });
    return (await run('apt-get', ['install', '-y', '-q', ...packages], { env })).code === 0;
  });
}

/** True when the small native modules of the VS Code server can be built. */
export async function ensureCompiler() {
  const missing = () => ['python3', 'make', 'g++'].filter(name => !onPath(name));
  if (process.platform !== 'linux' || missing().length === 0) return true;
  return (await aptInstall('Installing a compiler', ['python3', 'make', 'g++'])) && missing().length === 0;
}

/** What tests of commands run them in and watch them with; without these they are skipped, and say so. */
export async function ensureTracing() {
  const missing = ['bwrap', 'strace'].filter(name => !onPath(name));
  if (process.platform !== 'linux' || missing.length === 0) return;
  await aptInstall('Installing bubblewrap and strace', ['bubblewrap', 'strace']);
}

/** @type {Partial<Record<NodeJS.Platform, () => string[]>>} */
const browserPlaces = {
  linux: () =>
    ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'].flatMap(
      name => onPath(name) ?? [],
    ),
  darwin: () =>
    ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      name => `/Applications/${name}.app/Contents/MacOS/${name}`,
    ),
  win32: () =>
    [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(folder =>
      folder
        ? ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map(file =>
            path.join(folder, file),
          )
        : [],
    ),
};

/** Ubuntu's chromium-browser may be a script that only names a snap: ask it. */
const answers = (/** @type {string} */ file) =>
  existsSync(file) && (process.platform !== 'linux' || spawnSync(file, ['--version']).status === 0);

/**
 * A Chromium, Chrome or Edge that Playwright can drive. ASCENT_BROWSER names one.
 * @param {import('./npm.mjs').Toolchain} toolchain
 * @returns {Promise<string>}
 */
export async function ensureBrowser(toolchain) {
  const named = process.env.ASCENT_BROWSER;
  if (named) {
    if (answers(named)) return named;
    throw new Error(`ASCENT_BROWSER names ${named}, which does not run.`);
  }
  const find = () => browserPlaces[process.platform]?.().find(answers);
  const installed = find();
  if (installed) return installed;

  const { chromium } = await import('playwright-core');
  if (answers(chromium.executablePath())) return chromium.executablePath();
  if (await aptInstall('Installing Chromium', ['chromium', 'fonts-liberation'])) {
    const fresh = find();
    if (fresh) return fresh;
  }
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  const failure = await step('Downloading Chromium', () =>
    must(toolchain.node, [cli, 'install', 'chromium']),
  ).catch(error => error);
  if (answers(chromium.executablePath())) return chromium.executablePath();
  const why = failure instanceof Error ? ` (${failure.message.split('\n')[0]})` : '';
  throw new Error(`No browser${why}: install Chromium, Chrome or Edge, or name one with ASCENT_BROWSER.`);
}
