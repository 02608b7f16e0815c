/** Ending a process together with everything it started. It must lead a process group (spawned detached). */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { allProcesses, type FoundProcess, processStart } from '../processes.ts';

/** What a process gets to end by itself in: a stop has to be over within a second. */
const GRACE_MS = 400;
/** The longest wait for what was killed: what hangs in the kernel (a dead network disk) does not go. */
const KILLED_MS = 400;
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
 * passed. Gives a function that, once the main process has ended, resolves when all of them are gone.
 */
export function endGroup(group: number): () => Promise<void> {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(group), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {});
    return async () => {};
  }
  // Whose child is whose can be seen only as long as the parents live.
  const others = outside(group);
  signalGroup(group, 'SIGTERM');
  for (const other of others) signalProcess(other, 'SIGTERM');
  const timer = setTimeout(() => {
    others.push(...outside(group));
    for (const other of others) signalProcess(other, 'SIGKILL');
    signalGroup(group, 'SIGKILL');
  }, GRACE_MS);
  return async () => {
    clearTimeout(timer);
    for (const other of others) signalProcess(other, 'SIGKILL');
    await clearGroup(group);
    await gone(KILLED_MS, () => others.some(isSame));
  };
}

/** After the main process has ended: the rest of its group ends too. */
export async function clearGroup(group: number): Promise<void> {
  if (process.platform === 'win32' || !signalGroup(group, 'SIGTERM')) return;
  await gone(GRACE_MS, () => lives(group));
  // A killed process is there until the kernel has come to it.
  if (signalGroup(group, 'SIGKILL')) await gone(KILLED_MS, () => lives(group));
}

/** Waits for what is ending, and no longer than it gets. */
async function gone(limitMs: number, livesOn: () => boolean): Promise<void> {
  for (let waited = 0; waited < limitMs && livesOn(); waited += POLL_MS) await delay(POLL_MS);
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

const isSame = ({ pid, started }: FoundProcess): boolean => processStart(pid) === started;

function signalProcess(found: FoundProcess, signal: NodeJS.Signals): void {
  try {
    if (isSame(found)) process.kill(found.pid, signal);
  } catch {
    // It has ended.
  }
}
