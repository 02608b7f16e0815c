/** Ending a process together with everything it started. The process must have been spawned detached. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 500;
const POLL_MS = 20;

/** False when nobody is left to get the signal; 0 only asks that. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function endTreeOnWindows(child: ChildProcess): void {
  spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {});
}

/** Asks the group to end, and makes it end when the grace time has passed. Gives a function that cancels the latter. */
export function endGroup(child: ChildProcess): () => void {
  if (process.platform === 'win32') {
    endTreeOnWindows(child);
    return () => {};
  }
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  return () => clearTimeout(timer);
}

/** After the main process has ended: the rest of its group ends too. */
export async function clearGroup(child: ChildProcess): Promise<void> {
  if (process.platform === 'win32' || !signalGroup(child, 'SIGTERM')) return;
  for (let waited = 0; waited < GRACE_MS; waited += POLL_MS) {
    await delay(POLL_MS);
    if (!signalGroup(child, 0)) return;
  }
  signalGroup(child, 'SIGKILL');
}
