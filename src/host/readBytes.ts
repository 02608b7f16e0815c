/** Reading a regular file, and nothing that only looks like one: a FIFO or a device would hang or never end. */
import { closeSync, constants, fstatSync, lstatSync, openSync, read, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { toHostError } from './fileErrors.ts';
import { HostError } from './host.ts';

export interface FileBytes {
  bytes: Buffer;
  stats: Stats;
}

// Absent on Windows.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Bytes. A larger file is read beside everything else; a small one is read sooner than another thread could begin. */
const SMALL = 1_000_000;
const readBeside = promisify(read);

/** `shown`: the name for errors, when another is opened. Throws HostError: notFound, notAFile, tooLarge, denied. */
export async function readBytes(path: string, maxBytes: number, shown = path): Promise<FileBytes> {
  try {
    demandFile(lstatSync(path), shown);
    const file = openSync(path, FLAGS);
    try {
      // The name may stand for something else by now; what was opened cannot change its kind.
      const stats = fstatSync(file);
      demandFile(stats, shown);
      return { bytes: await readUpTo(file, stats.size, maxBytes, shown), stats };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw toHostError(error, shown);
  }
}

function demandFile(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a directory'
    : stats.isSymbolicLink()
      ? 'a symbolic link'
      : 'not a regular file';
  throw new HostError('notAFile', `${path} is ${kind}`);
}

/** `size` is only what the system says: files grow, and those of /proc claim to be empty. */
async function readUpTo(file: number, size: number, maxBytes: number, path: string): Promise<Buffer> {
  const tooLarge = () => new HostError('tooLarge', `${path} is larger than ${maxBytes} bytes`);
  if (size > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  for (let total = 0, want = size + 1; ; want = 65_536) {
    const buffer = Buffer.allocUnsafe(want);
    const bytesRead =
      total + want > SMALL
        ? (await readBeside(file, buffer, 0, want, null)).bytesRead
        : readSync(file, buffer, 0, want, null);
    if (bytesRead === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) throw tooLarge();
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
