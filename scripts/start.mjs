// Opens a real VS Code on the sample project with Ascent in it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { downloadDesktop, endDesktop, findDesktop, hasDisplay, openDesktop } from './lib/desktop.mjs';
import { packageExtension } from './lib/package.mjs';
import { cache, root } from './lib/paths.mjs';
import { must, run } from './lib/process.mjs';
import { asProgram } from './lib/program.mjs';
import { copySample } from './lib/sample.mjs';
import { opener } from './lib/vscode-install.mjs';
import { freePort, installExtensions, makePlaces, startServer, windowUrl } from './lib/vscode-server.mjs';
import { setUp } from './setup.mjs';

const usage = `npm start -- [--desktop | --server] [--folder DIR] [--keep] [--port N]

  --desktop      in the VS Code that is installed here, or a downloaded one
  --server       in a browser
  --folder DIR   on this folder (default: a copy of the sample project)
  --keep         with the sample project as the last start left it
  --port N       of the server (default: 8710)`;

/** Always the same where it is free: a browser keeps secrets and layout by address. */
const usualPort = 8710;

/** @typedef {{ folder: string, own: boolean }} Workspace `own`: our copy of the sample, which is trusted */

/** @param {string | undefined} folder @param {boolean} keep @returns {Promise<Workspace>} */
async function openWorkspace(folder, keep) {
  if (folder) return { folder: path.resolve(folder), own: false };
  const sample = path.join(cache, 'start', 'sample');
  if (!keep || !existsSync(sample)) await copySample(sample);
  return { folder: sample, own: true };
}

/**
 * @param {import('./lib/npm.mjs').Toolchain} toolchain
 * @param {Workspace} workspace
 * @param {string | undefined} installed
 */
async function startDesktop(toolchain, { folder, own }, installed) {
  await must(toolchain.node, ['esbuild.mjs'], { cwd: root, env: toolchain.env });
  const code = installed ?? (await downloadDesktop());
  const { user } = makePlaces(path.join(cache, 'start', 'desktop'));
  onInterrupt(async () => endDesktop(user));
  console.log(`\nVS Code opens ${folder}\nClose its window or press Ctrl+C to end.`);
  await openDesktop({ code, folder, user, extensions: [root, opener], trustAll: own, env: toolchain.env });
}

/** @param {import('./lib/npm.mjs').Toolchain} toolchain @param {Workspace} workspace @param {number} port */
async function startInBrowser(toolchain, { folder, own }, port) {
  const place = path.join(cache, 'start', 'server');
  const places = makePlaces(place);
  await installWhenChanged(toolchain, places, path.join(place, 'installed'));
  const server = await startServer({
    toolchain,
    places,
    port: await freePort(port),
    trustAll: own,
    showAscent: true,
  });
  onInterrupt(() => server.stop());
  const url = windowUrl(server, { folder });
  console.log(`\nVS Code with Ascent, on ${folder}:\n\n  ${url}\n\nCtrl+C ends it.`);
  if (hasDisplay()) await openInBrowser(url);
  await server.ended;
}

/** Packs and installs the extension unless the one that is there came of the same files. */
async function installWhenChanged(
  /** @type {import('./lib/npm.mjs').Toolchain} */ toolchain,
  /** @type {import('./lib/vscode-server.mjs').Places} */ places,
  /** @type {string} */ stamp,
) {
  const hash = createHash('sha256');
  for (const entry of ['package.json', 'package-lock.json', 'esbuild.mjs', 'media', 'src'])
    for (const file of filesOf(path.join(root, entry))) hash.update(file).update(readFileSync(file));
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await installExtensions(toolchain, places, [await packageExtension(toolchain)]);
  writeFileSync(stamp, wanted);
}

/** @param {string} place @returns {string[]} */
function filesOf(place) {
  if (!existsSync(place)) return [];
  const entries = readdirSync(path.dirname(place), { withFileTypes: true });
  if (entries.find(entry => entry.name === path.basename(place))?.isFile()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort();
}

/** @param {() => Promise<void>} stop */
function onInterrupt(stop) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.once(signal, async () => {
      console.log('\nEnding ...');
      await stop();
      process.exit(0);
    });
}

/** @param {string} url */
async function openInBrowser(url) {
  /** @type {Partial<Record<NodeJS.Platform, string>>} */
  const programs = { darwin: 'open', linux: 'xdg-open' };
  const program = programs[process.platform];
  if (program) await run(program, [url]);
}

const options = /** @type {const} */ ({
  desktop: { type: 'boolean', default: false },
  server: { type: 'boolean', default: false },
  folder: { type: 'string' },
  keep: { type: 'boolean', default: false },
  port: { type: 'string', default: String(usualPort) },
  help: { type: 'boolean', default: false },
});

function readArgs() {
  try {
    return parseArgs({ options });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

await asProgram(import.meta.url, async () => {
  const { values } = readArgs();
  if (values.help) return console.log(usage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error('--port takes a number from 1 to 65535.');
  if (values.folder && !existsSync(values.folder)) throw new Error(`There is no folder ${values.folder}.`);
  const installed = findDesktop();
  // The server build does not run on Windows.
  const desktop =
    values.desktop || (!values.server && ((!!installed && hasDisplay()) || process.platform === 'win32'));

  const toolchain = await setUp({ server: !desktop, tracing: true });
  const workspace = await openWorkspace(values.folder, values.keep);
  if (desktop) await startDesktop(toolchain, workspace, installed);
  else await startInBrowser(toolchain, workspace, port);
});
