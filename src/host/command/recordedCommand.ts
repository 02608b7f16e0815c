/** Starts a command under its wrapper, and stands by it. */
import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { type CommandOutcome, type CommandSpec, HostError } from '../host.ts';
import { attend } from './attend.ts';
import { notStarted } from './pipedCommand.ts';
import { openOutput } from './record.ts';
import { commandCall, unixProgram } from './shell.ts';
import { SHELL, wrapperArguments } from './wrapper.ts';

/** Puts the words of a sandbox before a command's own, and gives the environment it then needs. */
export type Launch = (
  argv: readonly string[],
  env: Record<string, string>,
) => Promise<{ argv: readonly string[]; env: Record<string, string> }>;

/** `spec.outputFile` must be a name of its own. Throws as `Host.run` does. */
export async function runRecorded(
  spec: CommandSpec,
  inherited: Record<string, string>,
  launch: Launch,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  signal.throwIfAborted();
  const searchPath = inherited.PATH ?? '';
  const recorder = spec.unasked ? undefined : unixProgram('tee', searchPath);
  if (!recorder && !spec.unasked) throw new HostError('failed', 'tee was not found: install coreutils');
  const { argv, env } = await launch(commandCall(spec.command, searchPath).argv, inherited);
  const { outputFile } = spec;
  const output = openOutput(outputFile);
  try {
    const { child, gone } = await start(wrapperArguments(argv, outputFile, recorder), output, env, spec);
    const running = { outputFile, output, seen: 0, group: child.pid!, gone, leftMs: spec.timeoutMs };
    return await attend(running, onOutput, signal);
  } finally {
    closeSync(output);
  }
}

async function start(args: string[], output: number, env: Record<string, string>, spec: CommandSpec) {
  try {
    const stdio: StdioOptions = ['ignore', output, 'ignore'];
    const child = spawn(SHELL, args, { cwd: spec.cwd, env, detached: true, stdio });
    const gone = new Promise<string | null>(resolve => {
      child.once('exit', (_, killedBy) => resolve(killedBy));
    });
    await once(child, 'spawn');
    // Who leaves a command running does not stay because of it.
    child.unref();
    return { child, gone };
  } catch (error) {
    throw notStarted(error, spec);
  }
}
