/**
 * What is on disk of a command, so that its output and its end outlive whoever started it.
 *
 *     <output>          what it printed, both streams as they came; written by the recorder alone
 *     <output>.status   started <pid>        the wrapper leads the command's process group; before the command starts
 *                       timeout | stopped    somebody is about to end it
 *                       exit <code>          it ended; 128 + n after signal n, with a line of the shell's before it
 *                       anything else        what the shell or the recorder complained of
 *
 * The status file is created exclusively, by the wrapper to begin or by `forbidStart` to prevent it: one of them wins.
 */
import {
  appendFileSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants as system } from 'node:os';
import path from 'node:path';
import { errorCode, toHostError } from '../fileErrors.ts';
import type { CommandOutcome } from '../host.ts';
import { type OutputEnds, outputEnds } from './outputEnds.ts';

/** How long what a command left behind may go on printing after the command itself has ended. */
export const LINGER_MS = 300;
/** Bytes. A command that prints more is no longer recorded in full, so that it cannot fill the disk. */
export const FILE_LIMIT = 512 * 1024 * 1024;
export const CUT_NOTE = '\n[what came after this was not recorded]\n';

export const statusFileOf = (outputFile: string): string => `${outputFile}.status`;

/** Opens the output for the recorder to append to, and for us to read. Throws HostError. */
export function openOutput(outputFile: string): number {
  try {
    return openSync(outputFile, 'a+', 0o600);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw toHostError(error, outputFile);
  }
  try {
    mkdirSync(path.dirname(outputFile), { recursive: true, mode: 0o700 });
    return openSync(outputFile, 'a+', 0o600);
  } catch (error) {
    throw toHostError(error, outputFile);
  }
}

export interface Status {
  /** The wrapper's, and its group's. Undefined: it has not begun yet, or never will. */
  pid: number | undefined;
  exit: { code: number | null; signal: string | null } | undefined;
  /** Who ended it, when it did not end by itself. */
  ended: 'timeout' | 'stopped' | undefined;
  /** Why the output is not complete. */
  lost: 'limit' | 'space' | 'other' | undefined;
}

/** Undefined when no wrapper has begun. Throws HostError. */
export function readStatus(outputFile: string): Status | undefined {
  const file = statusFileOf(outputFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw toHostError(error, file);
  }
  return parseStatus(text);
}

export function parseStatus(text: string): Status {
  const status: Status = { pid: undefined, exit: undefined, ended: undefined, lost: undefined };
  let complaint = false;
  // A line without its end is still being written.
  for (const line of text.split('\n').slice(0, -1)) {
    const [, word, number] = /^(started|exit) (\d+)$/.exec(line) ?? [];
    if (word === 'started') status.pid ??= Number(number);
    else if (word === 'exit') status.exit ??= exitOf(Number(number), complaint);
    else if (line === 'timeout' || line === 'stopped') {
      if (!status.exit) status.ended ??= line;
    } else if (/\btee: /.test(line)) status.lost ??= lossOf(line);
    else complaint = true;
  }
  return status;
}

/** A shell says something about a child that a signal ended, and nothing about one that ended with a number. */
function exitOf(code: number, complaint: boolean): NonNullable<Status['exit']> {
  const signal = complaint ? signalName(code - 128) : undefined;
  return signal ? { code: null, signal } : { code, signal: null };
}

function signalName(number: number): string | undefined {
  return Object.entries(system.signals).find(([, n]) => n === number)?.[0];
}

function lossOf(complaint: string): NonNullable<Status['lost']> {
  if (/file too large/i.test(complaint)) return 'limit';
  return /no space|quota/i.test(complaint) ? 'space' : 'other';
}

/** Makes sure that no wrapper can begin any more. False: one has. Throws HostError. */
export function forbidStart(outputFile: string): boolean {
  const file = statusFileOf(outputFile);
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, 'forbidden\n', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw toHostError(error, file);
  }
}

/** Before it is ended, so that whoever looks later knows why it did. False when that could not be written. */
export function noteEnding(outputFile: string, why: 'timeout' | 'stopped'): boolean {
  let file: number | undefined;
  try {
    // Never made here: a wrapper that has not begun would take it for another's.
    file = openSync(statusFileOf(outputFile), constants.O_WRONLY | constants.O_APPEND);
    writeSync(file, `${why}\n`);
    return true;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** `killedBy`: what ended a wrapper that recorded no end. Output that cannot be read is told of, and hides no end. */
export function outcomeOf(outputFile: string, status: Status, killedBy: string | null): CommandOutcome {
  const ends = readableEnds(outputFile, status.lost === 'limit');
  return {
    exitCode: status.exit?.code ?? null,
    signal: status.exit ? status.exit.signal : killedBy,
    timedOut: status.ended === 'timeout',
    ...(status.ended === 'stopped' && { stopped: true }),
    ...(((status.lost && status.lost !== 'limit') || !ends) && { outputLost: true }),
    ...(ends ?? NOTHING),
  };
}

const NOTHING: OutputEnds = { head: '', tail: '', totalBytes: 0, omittedBytes: 0 };

function readableEnds(outputFile: string, cut: boolean): OutputEnds | undefined {
  try {
    const ends = endsOf(outputFile);
    if (!cut || (ends.head + ends.tail).endsWith(CUT_NOTE)) return ends;
    appendFileSync(outputFile, CUT_NOTE);
    return endsOf(outputFile);
  } catch {
    return undefined;
  }
}

/** Nothing where there is no such file. Throws HostError. */
export function endsOf(outputFile: string): OutputEnds {
  let file: number;
  try {
    file = openSync(outputFile, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return NOTHING;
    throw toHostError(error, outputFile);
  }
  try {
    return outputEnds(file);
  } finally {
    closeSync(file);
  }
}
