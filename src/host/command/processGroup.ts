/** Ending a process together with everything it started. It must lead a process group (spawned detached). */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { allProcesses, type FoundProcess, processStart } from '../processes.ts';

/** What a process gets to end by itself in: a stop has to be over within a second. */
const GRACE_MS = 400;
const POLL_MS = 20;

/** False when nobody is left to get the signal; 0 only asks that. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/**
 * Asks the group, and what its processes started outside of it, to end, and makes it end when the grace time has
 * passed. Gives a function that cancels the latter, and tells whether it has come to that.
 */
export function endGroup(group: number): () => boolean {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(group), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {});
    return () => true;
  }
  // Whose child is whose can be seen only as long as the parents live.
  const others = outside(group);
  signalGroup(group, 'SIGTERM');
  for (const other of others) signalProcess(other, 'SIGTERM');
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    for (const other of [...others, ...outside(group)]) signalProcess(other, 'SIGKILL');
    signalGroup(group, 'SIGKILL');
  }, GRACE_MS);
  return () => {
    clearTimeout(timer);
    if (!killed) for (const other of others) signalProcess(other, 'SIGKILL');
    return killed;
  };
}

/** After the main process has ended: the rest of its group ends too. */
export async function clearGroup(group: number): Promise<void> {
  if (process.platform === 'win32' || !signalGroup(group, 'SIGTERM')) return;
  for (let waited = 0; waited < GRACE_MS && lives(group); waited += POLL_MS) await delay(POLL_MS);
  signalGroup(group, 'SIGKILL');
}

/** Not when all that is left of it has ended, and only waits to be collected by whoever inherited it. */
function lives(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  return process.platform !== 'linux' || allProcesses().some(one => one.group === group);
}

/**
 * Children that left the group (setsid). A service that detached itself in full, so that it has no parent here any
 * more, is not among them: it was meant to stay.
 */
function outside(group: number): FoundProcess[] {
  const all = allProcesses();
  const family = new Set(all.filter(one => one.group === group).map(one => one.pid));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return all.filter(one => family.has(one.pid) && one.group !== group && one.pid !== process.pid);
}

function signalProcess({ pid, started }: FoundProcess, signal: NodeJS.Signals): void {
  try {
    if (processStart(pid) === started) process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
