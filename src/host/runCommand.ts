/** Runs one command line, keeps all of its output in a file and the ends of it in memory, and leaves nothing running. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { plainText, plainTextStream } from '../protocol/plainText.ts';
import { errorCode, toHostError } from './fileErrors.ts';
import { type CommandOutcome, type CommandSpec, HostError } from './host.ts';
import { outputRing } from './outputRing.ts';
import { clearGroup, endGroup } from './processGroup.ts';
import { shellFor } from './shell.ts';

/** How long what a command left behind may go on printing after the command itself has ended. */
const LINGER_MS = 300;
/** Live output is passed on at most this often. */
const LIVE_EVERY_MS = 50;
/** Of one piece of live output, characters: nobody reads faster. */
const LIVE_LIMIT = 8_000;
/** Bytes. A command that prints more is no longer recorded in full, so that it cannot fill the disk. */
const FILE_LIMIT = 512 * 1024 * 1024;

export async function runCommand(
  spec: CommandSpec,
  env: Record<string, string>,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  signal.throwIfAborted();
  const file = await openOutputFile(spec.outputFile);
  try {
    const child = await start(spec, env);
    return await attend(child, spec, file, onOutput, signal);
  } finally {
    await file.close();
  }
}

async function openOutputFile(name: string): Promise<FileHandle> {
  try {
    await mkdir(path.dirname(name), { recursive: true });
    return await open(name, 'w', 0o600);
  } catch (error) {
    throw toHostError(error, name);
  }
}

async function start(spec: CommandSpec, env: Record<string, string>): Promise<ChildProcess> {
  const shell = shellFor(spec.command, env.PATH ?? env.Path ?? '');
  try {
    const child = spawn(shell.file, shell.args, {
      cwd: spec.cwd,
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      windowsVerbatimArguments: shell.verbatim,
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    if (errorCode(error) === 'E2BIG')
      throw new HostError('failed', 'the command line is too long: write a script file and run that', error);
    // The shell is there: what is missing then is the directory.
    throw toHostError(error, spec.cwd);
  }
}

async function attend(
  child: ChildProcess,
  spec: CommandSpec,
  file: FileHandle,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const exited = new Promise<{ exitCode: number | null; killedBy: string | null }>(resolve =>
    child.once('exit', (exitCode, killedBy) => resolve({ exitCode, killedBy })),
  );
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  let timedOut = false;
  let stopKill = () => {};
  const end = () => {
    stopKill();
    stopKill = endGroup(child);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, spec.timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();

  const output = joined(child);
  const ring = outputRing();
  const live = liveOutput(onOutput);
  const pumped = pump(output, file, chunk => {
    ring.push(chunk);
    live.push(chunk);
  }).catch(error => {
    end();
    output.destroy();
    throw toHostError(error, spec.outputFile);
  });
  // Looked at when the command has ended.
  pumped.catch(() => {});

  const { exitCode, killedBy } = await exited;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  if (!timedOut && !signal.aborted) await Promise.race([closed, lingering()]);
  stopKill();
  await clearGroup(child);
  // What left the group may still hold the pipes.
  await Promise.race([closed, lingering()]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  await pumped;
  live.end();
  const { head, tail, ...counts } = ring.result();
  return { exitCode, signal: killedBy, timedOut, head: plainText(head), tail: plainText(tail), ...counts };
}

/** Does not keep the program alive when nobody waits for it any more. */
const lingering = () => delay(LINGER_MS, undefined, { ref: false });

/** One stream of both; on Unix the shell has joined them already and stderr stays empty. */
function joined(child: ChildProcess): Readable {
  const both = new PassThrough();
  let unclosed = 2;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.pipe(both, { end: false });
    stream.once('close', () => --unclosed === 0 && both.end());
  }
  return both;
}

/** Writes before it reads on: a fast command waits for the disk, not the memory for the command. */
async function pump(output: Readable, file: FileHandle, onChunk: (chunk: Buffer) => void): Promise<void> {
  let written = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    onChunk(chunk);
    if (written >= FILE_LIMIT) continue;
    await file.writeFile(chunk);
    written += chunk.length;
    if (written >= FILE_LIMIT) await file.writeFile('\n[what came after this was not recorded]\n');
  }
}

/** Text for people while it runs: decoded, made plain, and passed on in pieces they can follow. */
function liveOutput(onOutput: (text: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  const plain = plainTextStream();
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    const text = plain(waiting);
    waiting = '';
    if (text) onOutput(text);
  };
  return {
    push(chunk) {
      waiting = (waiting + decoder.write(chunk)).slice(-LIVE_LIMIT);
      timer ??= setTimeout(flush, LIVE_EVERY_MS);
    },
    end() {
      clearTimeout(timer);
      waiting += decoder.end();
      flush();
    },
  };
}
