/** Follows a session that another process holds: what it appends, and that it is gone. */
import type { SessionEvent } from '../protocol/events.ts';
import { realDisk } from './disk.ts';
import { type Holder, lockHolder } from './lock.ts';
import type { LogReader } from './logReader.ts';
import type { SessionPaths } from './sessionFiles.ts';
import { watchDirectory } from './watchDirectory.ts';

/** A holder that was killed tells nobody: that it is gone is seen by looking. Milliseconds. */
const LOOK_MS = 1_000;

export interface Following {
  /** Resolves when the holder is gone and all it wrote was told, or following was stopped. */
  readonly freed: Promise<void>;
  /** Nothing is told any more once this has resolved. */
  stop(): Promise<void>;
}

export interface FollowOptions {
  paths: SessionPaths;
  holder: Holder;
  reader: LogReader;
  onEvent(event: SessionEvent): void;
}

export function followLog({ paths, holder, reader, onEvent }: FollowOptions): Following {
  let free = () => {};
  const freed = new Promise<void>(resolve => (free = resolve));
  let stopped = false;
  // One look at a time; what changes meanwhile is seen by the next.
  let looking: Promise<void> | undefined;
  let again = false;

  const lookOnce = async () => {
    const now = await lockHolder(realDisk, paths.lock);
    // After the lock: what the holder wrote before it left is read, too.
    for (const event of await reader.next()) onEvent(event);
    if (now?.number !== holder.number || now.since !== holder.since) free();
  };
  const look = () => {
    again = true;
    looking ??= (async () => {
      while (again && !stopped) {
        again = false;
        await lookOnce().catch(() => {}); // Read again at the next change.
      }
    })().finally(() => {
      looking = undefined;
    });
  };
  const unwatch = watchDirectory(paths.directory, LOOK_MS, look);
  look();

  return {
    freed,
    async stop() {
      stopped = true;
      unwatch();
      free();
      await looking;
    },
  };
}
