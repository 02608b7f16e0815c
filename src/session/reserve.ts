/**
 * Space put aside while a session is open for writing, so that on a full disk the running turn can still record the
 * result of what it did, and its end.
 */
import { randomFillSync } from 'node:crypto';
import type { Disk } from './disk.ts';
import { isDiskFull } from './error.ts';

const RESERVE_BYTES = 1024 * 1024;

export interface Reserve {
  readonly held: boolean;
  /** Takes the space (again). False when there is none to take. */
  hold(): Promise<boolean>;
  /** Gives the space free. */
  release(): Promise<void>;
}

export function spaceReserve(disk: Disk, path: string): Reserve {
  let held = false;
  return {
    get held() {
      return held;
    },
    async hold() {
      if (held) return true;
      try {
        if ((await disk.stat(path))?.size !== RESERVE_BYTES) await fill(disk, path);
        held = true;
      } catch (cause) {
        if (!isDiskFull(cause)) throw cause;
        await disk.remove(path);
      }
      return held;
    },
    async release() {
      held = false;
      await disk.remove(path);
    },
  };
}

/** Random bytes: a file system that compresses or leaves holes would keep no space for zeros. */
async function fill(disk: Disk, path: string): Promise<void> {
  const file = await disk.open(path, 'create');
  try {
    file.write(randomFillSync(Buffer.allocUnsafe(RESERVE_BYTES)), 0);
  } finally {
    await file.close();
  }
}
