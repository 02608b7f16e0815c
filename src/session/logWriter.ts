/**
 * Appending, in order, as durable as asked.
 *
 * - Records are written one after the other; a `synced` append resolves only when everything up to it is on the
 *   medium. Synced appends that overlap share an fsync.
 * - After a failed write or fsync nothing is known about what the disk holds, and a second fsync may lie: the writer
 *   stops for good and every further append says why. Opening the session again finds out what is there.
 * - A full disk is not the end: the reserve is given free, what already happened is still recorded, and only what
 *   would begin something new is refused, until there is space again.
 */
import { type NewEvent, SessionEvent } from '../protocol/events.ts';
import { takeOutBlobs, writeBlob } from './blobs.ts';
import type { Disk, DiskFile } from './disk.ts';
import { fileFailure, isDiskFull, SessionError } from './error.ts';
import { encodeRecord } from './record.ts';
import type { Reserve } from './reserve.ts';

/** `buffered`: handed to the operating system, outlives this process. `synced`: outlives a power loss. */
export type Durability = 'buffered' | 'synced';

export interface LogWriter {
  append(event: NewEvent, durability: Durability): Promise<SessionEvent>;
  close(): Promise<void>;
}

export interface LogWriterOptions {
  disk: Disk;
  file: DiskFile;
  /** The directory of blobs. */
  blobs: string;
  reserve: Reserve;
  /** Where the next record goes: the end of the last one, all of it synced. */
  size: number;
  nextSeq: number;
  now(): number;
}

/** Begins work whose outcome could not be recorded on a full disk. */
const BEGINS: ReadonlySet<NewEvent['type']> = new Set([
  'turn.started',
  'user.message',
  'step.started',
  'tool.intent',
] as const);

export function logWriter({ disk, file, blobs, reserve, now, ...start }: LogWriterOptions): LogWriter {
  let { size, nextSeq } = start;
  /** Bytes known to be on the medium. */
  let durable = size;
  let failure: SessionError | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let syncing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const fail = (cause: unknown): SessionError => {
    failure ??= fileFailure('write the session', cause);
    return failure;
  };

  async function put(event: NewEvent): Promise<{ stamped: SessionEvent; end: number }> {
    if (failure) throw failure;
    const { type, ...rest } = event;
    // Validated here, so that reading may trust what it finds.
    const stamped = { type, seq: nextSeq, at: now(), ...rest } as SessionEvent;
    SessionEvent.parse(stamped);
    const { json, blobs: texts } = takeOutBlobs(stamped);
    const record = encodeRecord(json);
    await withSpace(BEGINS.has(type), async () => {
      for (const [sha, bytes] of texts) await writeBlob(disk, blobs, sha, bytes);
      file.write(record, size);
    });
    size += record.length;
    nextSeq++;
    return { stamped, end: size };
  }

  async function withSpace(begins: boolean, write: () => Promise<void>): Promise<void> {
    try {
      if (begins && !(await reserve.hold())) throw noSpace();
      try {
        await write();
      } catch (cause) {
        if (!isDiskFull(cause) || !reserve.held) throw cause;
        await file.truncate(size);
        await reserve.release();
        if (begins) throw noSpace(cause);
        await write();
      }
    } catch (cause) {
      // Refused, with the log in order: it can go on when there is space.
      throw cause instanceof SessionError ? cause : fail(cause);
    }
  }

  /** One fsync at a time; each covers all that was written when it began. */
  async function syncedUpTo(end: number): Promise<void> {
    while (durable < end) {
      if (failure) throw failure;
      syncing ??= sync();
      await syncing;
    }
  }
  async function sync(): Promise<void> {
    const covers = size;
    try {
      await file.sync();
      durable = covers;
    } catch (cause) {
      fail(cause);
    } finally {
      syncing = undefined;
    }
  }

  async function finish(): Promise<void> {
    await tail.catch(() => {});
    try {
      if (!failure) await syncedUpTo(size);
    } finally {
      await file.close();
      await reserve.release();
    }
  }

  return {
    async append(event, durability) {
      if (closing) throw new SessionError('closed', 'This session is closed. Open it again to go on.');
      const written = tail.catch(() => {}).then(() => put(event));
      tail = written;
      const { stamped, end } = await written;
      if (durability === 'synced') await syncedUpTo(end);
      return stamped;
    },
    close() {
      closing ??= finish().catch(cause => {
        throw fileFailure('close the session', cause);
      });
      return closing;
    },
  };
}

function noSpace(cause?: unknown): SessionError {
  return new SessionError(
    'diskFull',
    'The disk is full: nothing new is started, so that what was done stays recorded. Free some space, then try again.',
    cause,
  );
}
