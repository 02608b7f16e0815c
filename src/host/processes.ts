/** Which process is which: who holds a lock, whether a command that another process started still runs. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  /** When it started, in the kernel's own count; null where the platform does not tell cheaply. */
  started: string | null;
  host: string;
  /** The machine's start; null where the platform does not tell. */
  boot: string | null;
  /** Within which `pid` means anything: containers count for themselves. */
  namespace: string | null;
}

/** `unknown`: it belongs to another machine or container, where we cannot look. */
export type Liveness = 'alive' | 'gone' | 'unknown';

let self: ProcessIdentity | undefined;
export function thisProcess(): ProcessIdentity {
  self ??= {
    pid: process.pid,
    started: startOf(process.pid)?.started ?? null,
    host: hostname(),
    boot: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: tryRead(() => readlinkSync('/proc/self/ns/pid')),
  };
  return self;
}

export function isThisProcess(other: ProcessIdentity): boolean {
  const us = thisProcess();
  const keys = ['pid', 'started', 'host', 'boot', 'namespace'] as const;
  return keys.every(key => other[key] === us[key]);
}

/** `since`: when it was known to live, milliseconds since the epoch. */
export function livenessOf(other: ProcessIdentity, since: number, now: number): Liveness {
  const us = thisProcess();
  if (other.host !== us.host) return 'unknown';
  if (other.boot !== us.boot) return 'gone';
  if (other.namespace !== us.namespace) return 'unknown';
  if (!exists(other.pid)) return 'gone';
  const found = startOf(other.pid);
  if (found) return found.zombie || found.started !== other.started ? 'gone' : 'alive';
  // Without /proc: nothing that lived before the machine started lives now. Two minutes for clocks that were set.
  return since < now - uptime() * 1000 - 120_000 ? 'gone' : 'alive';
}

/** The machine, its start, and the container: process numbers mean the same wherever this is the same. */
export function thisMachine(): string {
  const { host, boot, namespace } = thisProcess();
  return [host, boot ?? '', namespace ?? ''].join(' ');
}

/** Not a process that has ended and only waits to be collected. */
export function isRunning(pid: number): boolean {
  const found = startOf(pid);
  return found ? !found.zombie : process.platform !== 'linux' && exists(pid);
}

/** One process, told apart from a later one of the same number. */
export interface FoundProcess {
  pid: number;
  parent: number;
  group: number;
  started: string;
}

/** All that run, as far as they can be looked at; Linux only, empty elsewhere. */
export function allProcesses(): FoundProcess[] {
  const names = process.platform === 'linux' ? (tryRead(() => readdirSync('/proc')) ?? []) : [];
  return names.flatMap(name => {
    const found = /^\d+$/.test(name) ? startOf(Number(name)) : undefined;
    return found && !found.zombie ? [{ pid: Number(name), ...found }] : [];
  });
}

/** The words a process was started with; undefined when it is gone or nobody may look. Linux only. */
export function argumentsOf(pid: number): string[] | undefined {
  return tryRead(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.split('\0');
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Fields 3 (state), 4 (parent), 5 (group) and 22 (start, in clock ticks since boot) of proc_pid_stat(5); Linux only. */
function startOf(
  pid: number,
): { started: string; zombie: boolean; parent: number; group: number } | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name in field 2 may hold anything, spaces and brackets too: count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  if (!fields || !started) return undefined;
  return {
    started,
    zombie: state === 'Z' || state === 'X',
    parent: Number(fields[1]),
    group: Number(fields[2]),
  };
}

function tryRead<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Tells a process from a later one of the same number; undefined when it has ended, or off Linux. */
export function processStart(pid: number): string | undefined {
  const found = startOf(pid);
  return found && !found.zombie ? found.started : undefined;
}
