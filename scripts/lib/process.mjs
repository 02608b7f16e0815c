// Child processes: run one to its end, keep one in a group of its own, end all that this script started.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';

const windows = process.platform === 'win32';

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 1 when a signal ended it or it could not start
 * @property {string} output all it printed, both streams
 */

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, shell?: boolean }} [options] `show`: output goes to this terminal too
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { cwd, env, show = false, shell = false } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [stream, terminal] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]))
      stream.on('data', chunk => {
        output += chunk;
        if (show) terminal.write(chunk);
      });
    child.on('error', error => resolve({ code: 1, output: output + error.message }));
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

/**
 * A long step: a line at its start, one every ten seconds, one at its end.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
export async function step(title, work) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  console.log(`${title} ...`);
  const ticking = setInterval(() => console.log(`  ${title}: ${seconds()} s`), 10_000);
  try {
    const result = await work();
    console.log(`  ${title}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(ticking);
  }
}

/**
 * Like `run`, but anything except success is an error; it carries the last lines of an output that was not shown.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) {
    const tail = options?.show ? '' : `\n${output.trimEnd().split('\n').slice(-30).join('\n')}`;
    throw new Error(`${path.basename(command)} ${args.join(' ')} failed with exit code ${code}${tail}`);
  }
  return output;
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const groups = new Set();

/**
 * Starts a program in a process group of its own; `endGroup` ends it with all of its children.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 */
export function spawnGroup(command, args, options) {
  const child = spawn(command, args, { ...options, detached: !windows, stdio: ['ignore', 'pipe', 'pipe'] });
  groups.add(child);
  child.once('exit', () => groups.delete(child));
  return child;
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-child.pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** @param {import('node:child_process').ChildProcess} child */
export async function endGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // Closed: nobody in the group holds its output any more.
  const ended = once(child, 'close');
  signalGroup(child, 'SIGTERM');
  const impatient = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
  await ended;
  clearTimeout(impatient);
}

process.on('exit', () => {
  for (const child of groups) signalGroup(child, 'SIGKILL');
});

/** The first of `names` that lies on the PATH. @param {string[]} names @returns {string | undefined} */
export function onPath(...names) {
  const extensions = windows ? ['.exe', '.cmd'] : [''];
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter))
      for (const extension of extensions) {
        const file = path.join(folder, name + extension);
        if (folder && existsSync(file)) return file;
      }
}
