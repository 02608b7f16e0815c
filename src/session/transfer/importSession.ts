/** A session from a file, among the others: to be looked at and replayed. */
import path from 'node:path';
import type { SessionEvent } from '../../protocol/events.ts';
import { takeOutBlobs, writeBlob } from '../blobs.ts';
import { type Disk, realDisk } from '../disk.ts';
import { fileFailure, SessionError } from '../error.ts';
import { importedId } from '../ids.ts';
import { encodeRecord } from '../record.ts';
import { sessionFiles } from '../sessionFiles.ts';
import { LIMITS, type ReadExport, readExport, tooLarge } from './readExport.ts';

export interface Imported extends ReadExport {
  id: string;
  /** The same file was imported before. */
  known: boolean;
}

/** Throws SessionError: `badFile` (nothing was changed), `newer`, `diskFull`, `io`. */
export async function importSession(
  file: string,
  stateDir: string,
  disk: Disk = realDisk,
): Promise<Imported> {
  const read = await readExportFile(file, disk);
  const files = sessionFiles(stateDir, disk);
  const id = importedId(read.sha256);
  if (await files.exists(id)) return { ...read, id, known: true };
  const { directory } = files.paths(id);
  // A dot makes it no session until all of it is there.
  const part = path.join(path.dirname(directory), `.part-${id}`);
  try {
    await disk.remove(part);
    await writeSession(read.events, part, disk);
    await disk.rename(part, directory);
    await disk.syncDirectory(path.dirname(directory));
  } catch (cause) {
    for (const made of [part, directory]) await disk.remove(made).catch(() => {});
    throw fileFailure('import the session', cause);
  }
  return { ...read, id, known: false };
}

export async function readExportFile(file: string, disk: Disk = realDisk): Promise<ReadExport> {
  let bytes: Buffer | undefined;
  try {
    const stat = await disk.stat(file);
    if (stat && stat.size > LIMITS.file) throw tooLarge();
    bytes = await disk.read(file);
  } catch (cause) {
    if (cause instanceof SessionError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SessionError('badFile', `${file} cannot be read: ${why}`, cause);
  }
  if (!bytes) throw new SessionError('notFound', `There is no file ${file}.`);
  return readExport(bytes);
}

async function writeSession(events: readonly SessionEvent[], directory: string, disk: Disk): Promise<void> {
  const blobs = path.join(directory, 'blobs');
  await disk.makeDirectory(blobs);
  const log = await disk.open(path.join(directory, 'log'), 'exclusive');
  try {
    let size = 0;
    for (const { type, seq, at, ...rest } of events) {
      const { json, blobs: texts } = takeOutBlobs({ type, seq, at, ...rest });
      for (const [sha, bytes] of texts) await writeBlob(disk, blobs, sha, bytes);
      const record = encodeRecord(json);
      log.write(record, size);
      size += record.length;
    }
    await log.sync();
  } finally {
    await log.close();
  }
  await disk.syncDirectory(directory);
}
