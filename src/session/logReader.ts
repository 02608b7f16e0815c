/** Reads a log that another process writes: all of it, then again and again what was appended since. No lock needed. */
import path from 'node:path';
import type { SessionEvent } from '../protocol/events.ts';
import { type Disk, realDisk } from './disk.ts';
import { readLog } from './readLog.ts';

export interface LogReader {
  /**
   * The complete records since the last call, in order; one call at a time. A record that is still being written
   * comes with a later call. Throws SessionError (`newer`), or what the disk says.
   */
  next(): Promise<SessionEvent[]>;
}

export function logReader(directory: string, disk: Disk = realDisk): LogReader {
  const log = path.join(directory, 'log');
  /** End of the last complete record: a torn tail that the writer cuts off lies behind it. */
  let end = 0;
  let lastSeq = -1;
  return {
    async next() {
      const stat = await disk.stat(log);
      if (!stat || stat.size <= end) return [];
      const bytes = await disk.read(log, end);
      if (!bytes) return [];
      const read = await readLog(bytes, disk, path.join(directory, 'blobs'), lastSeq);
      end += read.scan.end;
      lastSeq = read.lastSeq;
      return read.events;
    },
  };
}
