/** Starts a process that goes on with a session by itself, whatever becomes of the one that starts it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Disk, realDisk } from './disk.ts';
import { SessionError } from './error.ts';
import { lockHolder } from './lock.ts';
import { sessionFiles } from './sessionFiles.ts';

export interface BackgroundProcess {
  stateDir: string;
  /** The session's; nobody holds it. */
  id: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** What it reads from its standard input. Secrets go this way: neither arguments nor environment show them. */
  input: string;
}

/** What it prints, in the session's folder. */
const OUTPUT = 'background.log';
const LOOK_MS = 50;
const PATIENCE_MS = 20_000;

/** Resolves when that process holds the session, or has ended properly. Throws SessionError. */
export async function startInBackground(wanted: BackgroundProcess): Promise<void> {
  const { directory, lock } = sessionFiles(wanted.stateDir).paths(wanted.id);
  const output = path.join(directory, OUTPUT);
  const file = openSync(output, 'w', 0o600);
  const child = spawn(wanted.program, wanted.args, {
    cwd: wanted.cwd,
    env: wanted.env,
    // A process group of its own: it outlives the editor.
    detached: true,
    windowsHide: true,
    stdio: ['pipe', file, file],
  });
  closeSync(file);
  let ended: string | undefined;
  child.once('error', error => (ended = error.message));
  child.once('exit', (code, signal) => {
    // Also when it met a limit or a question at once: the log says so.
    ended ??= code === 0 || code === 3 || code === 4 ? '' : `it ended with ${code ?? signal}`;
  });
  child.stdin?.on('error', () => {}); // It ended before it read: told below.
  child.stdin?.end(wanted.input);
  child.unref();

  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if ((await lockHolder(realDisk, lock))?.pid === child.pid || ended === '') return;
    if (ended !== undefined) throw notStarted(ended, await lastWords(realDisk, output));
    await delay(LOOK_MS);
  }
  child.kill();
  throw notStarted('it did not open the session in time', await lastWords(realDisk, output));
}

function notStarted(why: string, words: string): SessionError {
  return new SessionError('io', `The process in the background did not start: ${why}. ${words}`.trim());
}

async function lastWords(disk: Disk, output: string): Promise<string> {
  const text = (await disk.read(output))?.toString().trim() ?? '';
  return text.split('\n').slice(-3).join(' ').slice(-400);
}
