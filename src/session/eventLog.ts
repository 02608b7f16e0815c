/** The session's event log: opened, repaired where a crash cut it, read, and appended to. */
import path from 'node:path';
import type { SessionEvent } from '../protocol/events.ts';
import { type Disk, type DiskFile, realDisk, replaceFile } from './disk.ts';
import { fileFailure, isDiskFull, SessionError } from './error.ts';
import { type LogWriter, logWriter } from './logWriter.ts';
import { VERSION } from './migrations.ts';
import { type Gap, readLog } from './readLog.ts';
import { spaceReserve } from './reserve.ts';

export interface EventLog extends LogWriter {
  /** As read at open, in order; what is appended later is not added. */
  readonly events: readonly SessionEvent[];
  readonly gaps: readonly Gap[];
  /** The torn tail that opening cut off, and the file that keeps it. */
  readonly cut: { bytes: number; file: string } | undefined;
}

export interface OpenLogOptions {
  disk?: Disk;
  now?: () => number;
  /** Needs the session's lock. Without it nothing is changed, and `append` rejects. */
  write: boolean;
}

/** `directory`: the session's. With `write` a log that is not there is begun. Throws SessionError. */
export async function openLog(directory: string, options: OpenLogOptions): Promise<EventLog> {
  const { disk = realDisk, now = Date.now, write } = options;
  try {
    return await (write ? openForWriting(directory, disk, now) : openForReading(directory, disk));
  } catch (cause) {
    throw fileFailure('open the session', cause);
  }
}

async function openForReading(directory: string, disk: Disk): Promise<EventLog> {
  const bytes = await disk.read(path.join(directory, 'log'));
  if (!bytes) throw new SessionError('notFound', `There is no session in ${directory}.`);
  const { events, gaps } = await readLog(bytes, disk, path.join(directory, 'blobs'));
  return {
    events,
    gaps,
    cut: undefined,
    async append() {
      throw new SessionError(
        'readOnly',
        'This session is open for reading only: another window writes to it.',
      );
    },
    async close() {},
  };
}

async function openForWriting(directory: string, disk: Disk, now: () => number): Promise<EventLog> {
  const log = path.join(directory, 'log');
  const blobs = path.join(directory, 'blobs');
  const bytes = (await disk.read(log)) ?? Buffer.alloc(0);
  const { events, gaps, lastSeq, version, scan } = await readLog(bytes, disk, blobs);
  const file = await disk.open(log, 'create');
  try {
    const reserve = spaceReserve(disk, path.join(directory, 'reserve'));
    const keep = () => keepTornTail(disk, directory, bytes.subarray(scan.end));
    const cut = await keep().catch(async cause => {
      if (!isDiskFull(cause)) throw cause;
      // A crashed writer's reserve may be all the space there is.
      await reserve.release();
      return keep();
    });
    const size = await endCleanly(file, scan, bytes.length);
    // Also when nothing was cut: what was read must stay, and may never have been synced.
    await file.sync();
    await disk.syncDirectory(directory);
    await reserve.hold();
    const writer = logWriter({ disk, file, blobs, reserve, size, nextSeq: lastSeq + 1, now });
    if (version < VERSION)
      events.push(await writer.append({ type: 'session.upgraded', version: VERSION }, 'buffered'));
    return { events, gaps, cut, ...writer };
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

/** The cut bytes stay beside the log: the next `log.cut-<n>`. */
async function keepTornTail(disk: Disk, directory: string, tail: Buffer): Promise<EventLog['cut']> {
  if (tail.length === 0) return undefined;
  const taken = (await disk.list(directory)).map(name => Number(/^log\.cut-(\d+)$/.exec(name)?.[1] ?? 0));
  const file = path.join(directory, `log.cut-${Math.max(0, ...taken) + 1}`);
  await replaceFile(disk, file, tail, directory);
  return { bytes: tail.length, file };
}

/** Leaves the file ending behind the newline of its last record; gives its size then. */
async function endCleanly(
  file: DiskFile,
  { end, terminated }: { end: number; terminated: boolean },
  size: number,
): Promise<number> {
  if (size > end) await file.truncate(end);
  if (terminated) return end;
  file.write(Buffer.from('\n'), end);
  return end + 1;
}
