/** Reading a regular file, and nothing that only looks like one: a FIFO or a device would hang or never end. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { toHostError } from './fileErrors.ts';
import { HostError } from './host.ts';

export interface FileBytes {
  bytes: Buffer;
  stats: Stats;
}

// Absent on Windows.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** `shown`: the name for errors, when another is opened. Throws HostError: notFound, notAFile, tooLarge, denied. */
export async function readBytes(path: string, maxBytes: number, shown = path): Promise<FileBytes> {
  try {
    demandFile(await lstat(path), shown);
    const file = await open(path, FLAGS);
    try {
      // The name may stand for something else by now; what was opened cannot change its kind.
      const stats = await file.stat();
      demandFile(stats, shown);
      return { bytes: await readUpTo(file, stats.size, maxBytes, shown), stats };
    } finally {
      await file.close();
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
async function readUpTo(file: FileHandle, size: number, maxBytes: number, path: string): Promise<Buffer> {
  const tooLarge = () => new HostError('tooLarge', `${path} is larger than ${maxBytes} bytes`);
  if (size > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  for (let total = 0, want = size + 1; ; want = 65_536) {
    const buffer = Buffer.allocUnsafe(want);
    const { bytesRead } = await file.read(buffer, 0, want, null);
    if (bytesRead === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) throw tooLarge();
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
