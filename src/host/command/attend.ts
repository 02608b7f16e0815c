/** Stands by a recorded command until it has ended: shows its output, holds its time limit, ends it when asked to. */
import { type FSWatcher, fstatSync, watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandOutcome, HostError, LeftRunning } from '../host.ts';
import { guardTimeLimit } from './guard.ts';
import { LIVE_EVERY_MS, LIVE_LIMIT, liveOutput } from './liveOutput.ts';
import { readAt } from './outputEnds.ts';
import { clearGroup, endGroup } from './processGroup.ts';
import {
  LINGER_MS,
  noteEnding,
  outcomeOf,
  parseStatus,
  readStatus,
  type Status,
  statusFileOf,
} from './record.ts';
import { wrappersOf } from './wrapper.ts';

export interface RunningCommand {
  outputFile: string;
  /** Its output, open for reading. */
  output: number;
  /** How much of it people have seen already; bytes. */
  seen: number;
  /** The wrapper's process group. */
  group: number;
  /** Resolves with the signal that ended the wrapper, if one did. */
  gone: Promise<string | null>;
  /** Nobody waits for `gone` any more. */
  release?(): void;
  /** Until its time limit. */
  leftMs: number;
}

/** Between two looks at a silent command. Milliseconds; its end is heard of at once. */
const SLOWEST_LOOK_MS = 200;
const GUARD_AFTER_MS = 1_000;
const ORPHAN_LOOK_MS = 100;

/**
 * Resolves when the command has ended and nothing of its group is left. Rejects with the signal's reason when that is
 * `LeftRunning`, and with HostError when its output cannot be kept.
 */
export async function attend(
  command: RunningCommand,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const { outputFile, group } = command;
  const show = follow(command, onOutput);
  let ending: 'timeout' | 'stopped' | 'lost' | undefined;
  let noted = true;
  let letGo = false;
  let untilGone = () => clearGroup(group);
  const end = (why: NonNullable<typeof ending>) => {
    if (why !== 'lost') noted = noteEnding(outputFile, why) && noted;
    if (!ending) untilGone = endGroup(group);
    ending ??= why;
  };

  const heard = Promise.withResolvers<void>();
  const lookForEnd = () => {
    const status = readStatus(outputFile);
    if (status?.exit) heard.resolve();
    else if (status?.lost && status.lost !== 'limit' && !ending) end('lost');
  };
  let unguard: (() => void) | undefined;
  const guard = () => {
    unguard ??= guardTimeLimit(group, outputFile, deadline - Date.now());
  };
  const deadline = Date.now() + command.leftMs;
  const limit = setTimeout(end, command.leftMs, 'timeout');
  const stopLooking = lookOften(outputFile, {
    lookForEnd: () => unlessItFails(lookForEnd),
    showOutput: () => unlessItFails(show.look) === true,
    guard: () => unlessItFails(guard),
  });
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => {});
  const onAbort = () => {
    if (!(signal.reason instanceof LeftRunning)) return end('stopped');
    letGo = true;
    unlessItFails(guard);
    left.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  try {
    const status = await Promise.race([left.promise, untilOver()]);
    unlessItFails(show.end);
    unguard?.();
    if (ending === 'lost' || (!status.exit && !status.ended && status.lost === 'space'))
      throw notKept(outputFile, status);
    return outcomeOf(outputFile, status, await Promise.race([command.gone, null]));
  } finally {
    clearTimeout(limit);
    stopLooking();
    signal.removeEventListener('abort', onAbort);
    command.release?.();
  }

  function hasExited(): boolean {
    return unlessItFails(() => readStatus(outputFile))?.exit !== undefined;
  }

  async function untilOver(): Promise<Status> {
    await Promise.race([command.gone, heard.promise]);
    // The leader may have died alone; what waits for the command then still records its end.
    while (!hasExited() && !ending && wrappersOf(outputFile).length) await delay(ORPHAN_LOOK_MS);
    clearTimeout(limit);
    if (letGo) return await left.promise;
    if (!ending) await Promise.race([command.gone, lingering()]);
    await untilGone();
    // The recorder goes when nobody can print any more; what left the group may still be able to.
    await Promise.race([command.gone, lingering()]);
    const status = finalStatus(outputFile);
    const why = ending === 'lost' ? undefined : ending;
    // Ended before it began.
    if (!status?.pid && why) return { ...parseStatus(''), ended: why };
    // Else the wrapper could not write its record, or the record is that of another.
    if (status?.pid !== group) throw new HostError('failed', `${outputFile}: the command was not started`);
    if (!noted) status.ended ??= why;
    return status;
  }
}

function finalStatus(outputFile: string): Status | undefined {
  try {
    return readStatus(outputFile);
  } catch (error) {
    throw new HostError(
      'failed',
      'the command ran, and how it ended cannot be read: check what it did',
      error,
    );
  }
}

/** A look that a failing disk or a lack of descriptors spoils is made again; the end of the command is heard of anyway. */
function unlessItFails<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Does not keep the program alive when nobody waits for it any more. */
const lingering = () => delay(LINGER_MS, undefined, { ref: false });

const notKept = (outputFile: string, { lost }: Status) =>
  lost === 'space'
    ? new HostError('noSpace', `${outputFile}: no space is left on the disk for the command's output`)
    : new HostError('failed', `${outputFile}: the command was ended, its output could not be recorded`);

/** Looks at a command that lasts: often while it prints, and at once when its status changes. */
function lookOften(
  outputFile: string,
  { lookForEnd, showOutput, guard }: { lookForEnd(): void; showOutput(): boolean; guard(): void },
): () => void {
  const began = Date.now();
  let watcher: FSWatcher | undefined;
  let wait = LIVE_EVERY_MS;
  let timer = setTimeout(look, wait);
  function look() {
    wait = showOutput() ? LIVE_EVERY_MS : Math.min(wait * 1.5, SLOWEST_LOOK_MS);
    watcher ??= watchQuietly(statusFileOf(outputFile), lookForEnd);
    lookForEnd();
    if (Date.now() - began >= GUARD_AFTER_MS) guard();
    timer = setTimeout(look, wait);
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}

/** Where nothing can be watched, the next look has to do. */
function watchQuietly(file: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(file, changed).on('error', () => {});
  } catch {
    return undefined;
  }
}

/** Passes on what was printed since the last look; of a lot, its end. */
function follow({ output, seen }: RunningCommand, onOutput: (text: string) => void) {
  const live = liveOutput(onOutput);
  let position = seen;
  /** Whether there was something. */
  const read = () => {
    const size = fstatSync(output).size;
    if (size <= position) return false;
    const from = Math.max(position, size - LIVE_LIMIT);
    live.push(readAt(output, from, size - from));
    position = size;
    return true;
  };
  return {
    look(): boolean {
      const grew = read();
      live.flush();
      return grew;
    },
    end(): void {
      read();
      live.end();
    },
  };
}
