/** What became of a command that another process started: its end, or the command itself while it still runs. */
import { closeSync, fstatSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { BegunCommand, CommandFate } from '../host.ts';
import { allProcesses, argumentsOf, isRunning, thisMachine } from '../processes.ts';
import { attend, type RunningCommand } from './attend.ts';
import { LIVE_LIMIT } from './liveOutput.ts';
import { clearGroup } from './processGroup.ts';
import {
  endsOf,
  forbidStart,
  openOutput,
  outcomeOf,
  readStatus,
  type Status,
  statusFileOf,
} from './record.ts';
import { wrappersOf } from './wrapper.ts';

type Why = Extract<CommandFate, { fate: 'unknown' }>['why'];

const LOOK_MS = 20;
/** Clocks are set, and a time of start is known to the second only. Milliseconds. */
const CLOCK_SLACK_MS = 120_000;

/** Never starts anything. Throws as `Host.takeUp` does. */
export async function takeUp(
  begun: BegunCommand,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandFate> {
  const { outputFile } = begun;
  const elsewhere = placeOf(begun);
  if (elsewhere) {
    const status = readStatus(outputFile);
    return status?.exit ? ended(begun, status) : unknown(begun, elsewhere);
  }
  if (process.platform === 'win32') return unknown(begun, 'vanished');
  if (forbidStart(outputFile)) return { fate: 'notStarted' };
  let status = readStatus(outputFile);
  while (!status?.pid && wrappersOf(outputFile).length) {
    await delay(LOOK_MS);
    status = readStatus(outputFile);
  }
  status = readStatus(outputFile);
  if (!status?.pid) return { fate: 'notStarted' };
  if (wrappersOf(outputFile).length) return standBy(begun, status.pid, onOutput, signal);
  // It may have ended between the two looks.
  status = readStatus(outputFile) ?? status;
  const { pid } = status;
  if (status.exit && pid && leftOf(pid).length) await clearGroup(pid);
  return status.exit || status.ended ? ended(begun, status) : unknown(begun, 'vanished', status.pid);
}

async function standBy(
  begun: BegunCommand,
  group: number,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandFate> {
  const { outputFile, timeoutMs, at } = begun;
  const output = openOutput(outputFile);
  try {
    const seen = Math.max(0, fstatSync(output).size - LIVE_LIMIT);
    const leftMs = Math.max(0, at + timeoutMs - Date.now());
    const watched = watchWrapper(outputFile, group);
    await attend({ outputFile, output, seen, group, leftMs, ...watched }, onOutput, signal);
    const status = readStatus(outputFile);
    return status?.exit || status?.ended ? ended(begun, status) : unknown(begun, 'vanished', group);
  } finally {
    closeSync(output);
  }
}

/** The wrapper is no child of ours: its end has to be looked for. */
function watchWrapper(outputFile: string, pid: number): Pick<RunningCommand, 'gone' | 'release'> {
  let released = false;
  const whenGone = async () => {
    while (!released && isRunning(pid)) await delay(LOOK_MS, undefined, { ref: false });
    while (!released && wrappersOf(outputFile).length) await delay(LOOK_MS * 5, undefined, { ref: false });
    return null;
  };
  return {
    gone: whenGone(),
    release() {
      released = true;
    },
  };
}

function ended({ outputFile, at }: BegunCommand, status: Status): CommandFate {
  const outcome = outcomeOf(outputFile, status, null);
  return {
    fate: 'ended',
    outcome,
    durationMs: Math.max(0, (lastChange(statusFileOf(outputFile)) ?? at) - at),
  };
}

function unknown({ outputFile }: BegunCommand, why: Why, group?: number): CommandFate {
  const stillRunning = group ? leftOf(group) : [];
  return {
    fate: 'unknown',
    why,
    output: endsOf(outputFile),
    lastPrintedAt: lastChange(outputFile),
    stillRunning,
  };
}

/** What runs of a group whose leader is gone. As long as there is something, the number is given to no other. */
function leftOf(group: number): number[] {
  const members = allProcesses().filter(one => one.group === group);
  // Without a word of its command line it is the old leader, on its way out.
  const isAnother = members.some(one => one.pid === group && argumentsOf(one.pid)?.[0]);
  return isAnother ? [] : members.flatMap(one => (one.pid === group ? [] : one.pid));
}

/** Undefined: here, and the machine has run all the time, so that what is not on disk has not been written. */
function placeOf({ machine, at }: BegunCommand): Why | undefined {
  if (!machine) return 'vanished';
  const [host, boot, namespace] = thisMachine().split(' ');
  const [itsHost, itsBoot, itsNamespace] = machine.split(' ');
  if (itsHost !== host) return 'elsewhere';
  // Where the platform does not name its start: nothing that began before it can run.
  if (itsBoot !== boot || (!boot && at < Date.now() - uptime() * 1000 - CLOCK_SLACK_MS)) return 'restarted';
  return itsNamespace === namespace ? undefined : 'elsewhere';
}

/** Milliseconds since the epoch; undefined when there is no such file. */
function lastChange(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
