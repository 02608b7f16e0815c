/** Which process is which, so that a lock can tell whether the one that took it still lives. */
import { readFileSync, readlinkSync } from 'node:fs';
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

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start time in clock ticks since boot) of proc_pid_stat(5); Linux only. */
function startOf(pid: number): { started: string; zombie: boolean } | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name in field 2 may hold anything, spaces and brackets too: count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  return started ? { started, zombie: state === 'Z' || state === 'X' } : undefined;
}

function tryRead(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
