// Starts the VS Code server that tools/vscode holds, and says which address opens what in it.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { endGroup, must, spawnGroup } from './process.mjs';
import { codeServer, vscodeRoot } from './vscode-install.mjs';

/** Built-in extensions that only slow the start here. */
const unneeded = [
  'GitHub.copilot-chat',
  'vscode.github',
  'vscode.github-authentication',
  'vscode.microsoft-authentication',
  'vscode.tunnel-forwarding',
  'ms-vscode.js-debug-companion',
  'ms-vscode.vscode-js-profile-table',
];

/** A window without welcome pages, updates and outside look-ups. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'terminal.integrated.gpuAcceleration': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
};

/**
 * Where a server keeps its things.
 * @typedef {object} Places
 * @property {string} user the user-data folder
 * @property {string} extensions
 * @property {string} log the server's own output
 */

/**
 * @param {string} folder
 * @param {Record<string, unknown>} [settings] for people's settings.json, on top of the quiet ones
 * @returns {Places}
 */
export function makePlaces(folder, settings = {}) {
  mkdirSync(path.join(folder, 'user', 'User'), { recursive: true });
  mkdirSync(path.join(folder, 'extensions'), { recursive: true });
  const text = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
  writeFileSync(path.join(folder, 'user', 'User', 'settings.json'), text);
  return {
    user: path.join(folder, 'user'),
    extensions: path.join(folder, 'extensions'),
    log: path.join(folder, 'server.log'),
  };
}

/**
 * A port on the loopback address; `wanted` when it is free.
 * @param {number} [wanted]
 * @returns {Promise<number>}
 */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', error => (wanted ? resolve(freePort()) : reject(error)));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/**
 * @typedef {object} ServerOptions
 * @property {import('./npm.mjs').Toolchain} toolchain
 * @property {Places} places
 * @property {number} [port]
 * @property {boolean} [testDriver] Loads extensions and tests that the address names. It also hides notifications and
 *   turns modal editors off, so leave it out where a person, or a test that acts like one, is at work.
 * @property {boolean} [trustAll] opens every folder as trusted
 * @property {boolean} [showAscent] shows the Ascent view in each new window
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * @typedef {object} Server
 * @property {number} port
 * @property {string} origin
 * @property {Promise<void>} ended
 * @property {() => Promise<void>} stop
 */

/**
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer(options) {
  const {
    toolchain,
    places,
    port,
    testDriver = false,
    trustAll = false,
    showAscent = false,
    env = {},
  } = options;
  const chosen = port ?? (await freePort());
  const config = path.join(places.user, 'code-server.yaml');
  writeFileSync(config, 'auth: none\n');
  const child = spawnGroup(
    toolchain.node,
    [
      // The wrapper, not the bare server: it keeps the key that lets secrets outlive a reload.
      path.join(codeServer, 'out', 'node', 'entry.js'),
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`, '--config', config],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...['--ignore-last-opened', '--vscode-option', 'disable-experiments'],
      ...['--user-data-dir', places.user, '--extensions-dir', places.extensions],
      ...(testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      ...(trustAll ? ['--disable-workspace-trust'] : []),
    ],
    {
      cwd: places.user,
      env: {
        ...toolchain.env,
        EXTENSIONS_GALLERY: '{"serviceUrl":""}',
        VSCODE_SKIP_BUILTIN_EXTENSIONS: [...unneeded, ...(showAscent ? [] : ['ascent.opener'])].join(','),
        ...env,
      },
    },
  );
  const log = createWriteStream(places.log);
  let output = '';
  const ended = new Promise(resolve => child.once('close', resolve)).then(() => {});
  await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', chunk => {
        log.write(chunk);
        if (output.length < 20_000) output += chunk;
        if (/HTTP server listening on/.test(output)) resolve(undefined);
      });
    child.once('error', reject);
    ended.then(() => reject(new Error(`The VS Code server ended at once.\n${output}`)));
  });
  return {
    port: chosen,
    origin: `http://127.0.0.1:${chosen}`,
    ended,
    async stop() {
      await endGroup(child);
      log.end();
    },
  };
}

/**
 * The address of a window.
 * @param {Server} server
 * @param {{ folder?: string | undefined, develop?: string, tests?: string, env?: Record<string, string> }} options
 *   `develop`, `tests`: paths of an extension and of a test runner, for a server with its test driver on; `env` is theirs
 */
export function windowUrl(server, { folder, develop, tests, env }) {
  const remote = (/** @type {string} */ file) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  /** @type {string[][]} */
  const payload = [];
  if (develop) payload.push(['extensionDevelopmentPath', remote(develop)]);
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  if (env) payload.push(['extensionEnvironment', JSON.stringify(env)]);
  const url = new URL(server.origin);
  if (folder) url.searchParams.set('folder', folder);
  else url.searchParams.set('ew', 'true');
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/**
 * Installs packaged extensions where a server will find them.
 * @param {import('./npm.mjs').Toolchain} toolchain
 * @param {Places} places
 * @param {string[]} files .vsix
 */
export async function installExtensions(toolchain, places, files) {
  const output = await must(
    toolchain.node,
    [
      path.join(vscodeRoot, 'out', 'server-main.js'),
      ...files.flatMap(file => ['--install-extension', file]),
      ...['--force', '--accept-server-license-terms', '--server-data-dir', path.join(places.user, 'server')],
      ...['--user-data-dir', places.user, '--extensions-dir', places.extensions],
    ],
    { env: { ...toolchain.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' } },
  );
  if (!output.includes('successfully installed'))
    throw new Error(`The extension was not installed.\n${output}`);
}
