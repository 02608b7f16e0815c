/**
 * A command whose output comes through pipes of ours: for Windows, where nothing can stand between us and the command.
 * It ends with this process, so it cannot be taken up by another.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, toHostError } from '../fileErrors.ts';
import { type CommandOutcome, type CommandSpec, HostError } from '../host.ts';
import { LIVE_EVERY_MS, liveOutput } from './liveOutput.ts';
import { clearGroup, endGroup } from './processGroup.ts';
import { CUT_NOTE, endsOf, FILE_LIMIT, LINGER_MS } from './record.ts';
import { commandCall, joined } from './shell.ts';

export async function runPiped(
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
  const { argv, verbatim } = joined(commandCall(spec.command, env.PATH ?? env.Path ?? ''));
  try {
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      windowsVerbatimArguments: verbatim,
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw notStarted(error, spec);
  }
}

export function notStarted(error: unknown, { cwd }: CommandSpec): HostError {
  if (errorCode(error) === 'E2BIG')
    return new HostError('failed', 'the command line is too long: write a script file and run that', error);
  // The shell is there: what is missing then is the directory.
  return toHostError(error, cwd);
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
  let ending: (() => Promise<void>) | undefined;
  const end = () => {
    ending ??= endGroup(child.pid!);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, spec.timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();

  const output = oneStream(child);
  const live = liveOutput(onOutput);
  let flushing: NodeJS.Timeout | undefined;
  const pumped = pump(output, file, chunk => {
    live.push(chunk);
    flushing ??= setTimeout(() => {
      flushing = undefined;
      live.flush();
    }, LIVE_EVERY_MS);
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
  await (ending ? ending() : clearGroup(child.pid!));
  // What left the group may still hold the pipes.
  await Promise.race([closed, lingering()]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  await pumped;
  clearTimeout(flushing);
  live.end();
  return { exitCode, signal: killedBy, timedOut, ...endsOf(spec.outputFile) };
}

/** Does not keep the program alive when nobody waits for it any more. */
const lingering = () => delay(LINGER_MS, undefined, { ref: false });

/** One stream of both; after `joined`, stderr stays empty. */
function oneStream(child: ChildProcess): Readable {
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
    if (written >= FILE_LIMIT) await file.writeFile(CUT_NOTE);
  }
}
