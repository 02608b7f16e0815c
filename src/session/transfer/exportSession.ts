/** One file that holds a session, without its secrets, for whoever should see it. */
import { createHash, type Hash, randomBytes } from 'node:crypto';
import path from 'node:path';
import type { SessionEvent } from '../../protocol/events.ts';
import { type Disk, realDisk } from '../disk.ts';
import { fileFailure, SessionError } from '../error.ts';
import { escapeNonAscii } from '../record.ts';
import { type ExportHeader, FORMAT } from './format.ts';
import { createRedactor, type RedactOptions } from './redact.ts';

export interface ExportOptions extends RedactOptions {
  disk?: Disk;
  /** Milliseconds since the epoch. */
  now: number;
  /** False: a file of that name is left as it is. */
  overwrite: boolean;
}

export interface Exported {
  file: string;
  bytes: number;
  events: number;
  leftOut: ExportHeader['leftOut'];
}

/** `file`, absolute. It appears whole, or not at all. Throws SessionError. */
export async function exportSession(
  events: readonly SessionEvent[],
  file: string,
  options: ExportOptions,
): Promise<Exported> {
  const { disk = realDisk, overwrite } = options;
  if (!overwrite) await refuseExisting(file, disk);
  const started = events.find(e => e.type === 'session.started');
  if (!started)
    throw new SessionError('empty', 'The beginning of this session is lost, so it cannot be exported.');
  const { lines, header } = exportLines(events, started.id, options);
  const part = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(4).toString('hex')}.part`,
  );
  try {
    const bytes = await writeLines(lines, part, disk);
    try {
      if (!overwrite) await refuseExisting(file, disk);
      await disk.rename(part, file);
    } finally {
      await disk.remove(part);
    }
    await disk.syncDirectory(path.dirname(file));
    return { file, bytes, events: header.events, leftOut: header.leftOut };
  } catch (cause) {
    throw fileFailure(`write ${file}`, cause);
  }
}

async function refuseExisting(file: string, disk: Disk): Promise<void> {
  if (await disk.stat(file))
    throw new SessionError(
      'exists',
      `${file} is there already. Choose another name, or replace it with --force.`,
    );
}

/** The lines of the file, each with its newline. */
export function exportLines(
  events: readonly SessionEvent[],
  id: string,
  { known, home, now }: Pick<ExportOptions, 'known' | 'home' | 'now'>,
): { lines: Iterable<Buffer>; header: ExportHeader } {
  const redactor = createRedactor({ known, home });
  const shown = events.map(redactor.event);
  const title = shown.findLast(e => e.type === 'session.titled')?.title ?? '';
  const header: ExportHeader = {
    type: 'ascent.export',
    format: FORMAT,
    id,
    title: title.slice(0, 1000),
    exportedAt: new Date(now).toISOString(),
    events: events.length,
    leftOut: { ...redactor.left },
  };
  function* lines() {
    const hash = createHash('sha256');
    for (const value of [header, ...shown]) yield line(value, hash);
    yield line({ type: 'ascent.end', events: events.length, sha256: hash.digest('hex') });
  }
  return { lines: lines(), header };
}

function line(value: object, hash?: Hash): Buffer {
  const bytes = Buffer.from(`${escapeNonAscii(JSON.stringify(value))}\n`, 'latin1');
  hash?.update(bytes);
  return bytes;
}

async function writeLines(lines: Iterable<Buffer>, part: string, disk: Disk): Promise<number> {
  const file = await disk.open(part, 'exclusive');
  let size = 0;
  try {
    for (const bytes of lines) {
      file.write(bytes, size);
      size += bytes.length;
    }
    await file.sync();
  } catch (cause) {
    await file.close();
    await disk.remove(part);
    throw cause;
  }
  await file.close();
  return size;
}
