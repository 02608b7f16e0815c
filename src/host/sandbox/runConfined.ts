/**
 * A command in the sandbox, from its start to the moment when everything it left behind has been looked at. What has to
 * be known then is kept beside its output, since the process that started it may be gone by that time.
 */
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runRecorded } from '../command/recordedCommand.ts';
import { takeUp } from '../command/takeUp.ts';
import {
  type BegunCommand,
  type CommandFate,
  type CommandOutcome,
  type CommandSpec,
  LeftRunning,
} from '../host.ts';
import type { Afterwards, Sandbox } from './sandbox.ts';

/** `Host.run`, and in the sandbox unless that is off or a person let this command out. */
export async function runConfined(
  sandbox: Sandbox,
  spec: CommandSpec,
  env: Record<string, string>,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const scratch = path.join(path.dirname(spec.outputFile), 'tmp');
  let afterwards: Afterwards | undefined;
  const launch = async (argv: readonly string[], env: Record<string, string>) => {
    const inside = await sandbox.enter({
      ...spec,
      argv,
      env,
      scratch,
      onlyLooks: spec.unasked === true,
    });
    if (!inside) return { argv, env };
    afterwards = inside.afterwards;
    keep(spec.outputFile, afterwards);
    return inside;
  };
  try {
    const outcome = await runRecorded(spec, env, launch, onOutput, signal);
    return afterwards ? { ...outcome, sandbox: await leave(sandbox, spec.outputFile, afterwards) } : outcome;
  } catch (error) {
    if (afterwards && !(error instanceof LeftRunning)) await leave(sandbox, spec.outputFile, afterwards);
    throw error;
  }
}

/** `Host.takeUp`. */
export async function takeUpConfined(
  sandbox: Sandbox,
  begun: BegunCommand,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandFate> {
  const fate = await takeUp(begun, onOutput, signal);
  const afterwards = kept(begun.outputFile);
  if (!afterwards || (fate.fate === 'unknown' && fate.why === 'elsewhere')) return fate;
  const left = await leave(sandbox, begun.outputFile, afterwards);
  return fate.fate === 'ended' ? { ...fate, outcome: { ...fate.outcome, sandbox: left } } : fate;
}

async function leave(sandbox: Sandbox, outputFile: string, afterwards: Afterwards) {
  const takenBack = await sandbox.leave(afterwards);
  try {
    unlinkSync(fileFor(outputFile));
  } catch {
    // Then it is looked at once more, and nothing is found.
  }
  return { network: afterwards.network, takenBack };
}

const fileFor = (outputFile: string) => `${outputFile}.sandbox`;

function keep(outputFile: string, afterwards: Afterwards): void {
  mkdirSync(path.dirname(outputFile), { recursive: true });
  writeFileSync(fileFor(outputFile), JSON.stringify(afterwards), { mode: 0o600 });
}

function kept(outputFile: string): Afterwards | undefined {
  try {
    return JSON.parse(readFileSync(fileFor(outputFile), 'utf8'));
  } catch {
    return undefined;
  }
}
