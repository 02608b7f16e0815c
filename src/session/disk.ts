/**
 * The thin layer between the session's files and the disk, so that tests can drop, tear, reorder and fail what goes
 * through it. Errors are Node's own, with their `code`.
 *
 * Small writes and looks are synchronous on purpose: they end in the page cache within microseconds, cost a quarter of a
 * trip through the thread pool, and writes leave no moment in which a killed process loses what it was told to write. Whatever
 * waits for the medium (sync) is asynchronous.
 */
import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './error.ts';

export interface DiskFile {
  /** Writes all of it or throws; a part may then have been written. */
  write(bytes: Buffer, position: number): void;
  /** Resolves when all bytes written before are on the medium. The name needs `syncDirectory`. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /**
   * Opens for writing. `create`: as it is, or new and empty. `exclusive`: fails with EEXIST when there is one.
   * `existing`: fails with ENOENT when there is none.
   */
  open(path: string, mode: 'create' | 'exclusive' | 'existing'): Promise<DiskFile>;
  /** From `start` to the end. Undefined when there is no such file. */
  read(path: string, start?: number): Promise<Buffer | undefined>;
  /** `modifiedAt` in milliseconds since the epoch. Undefined when there is no such file. */
  stat(path: string): Promise<{ size: number; modifiedAt: number } | undefined>;
  /** Names in a directory, in no order; none when there is no such directory. */
  list(path: string): Promise<string[]>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** A file or a whole directory; nothing when it is gone already. */
  remove(path: string): Promise<void>;
  /** With its parents; nothing when it is there. */
  makeDirectory(path: string): Promise<void>;
  /** Resolves when the names in it are on the medium. */
  syncDirectory(path: string): Promise<void>;
}

const flags = {
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
  exclusive: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
  existing: fs.constants.O_RDWR,
};
const syncData = promisify(fs.fdatasync);
const truncate = promisify(fs.ftruncate);
const close = promisify(fs.close);

/** Owner only: sessions hold whatever the agent has read. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export const realDisk: Disk = {
  async open(path, mode) {
    const fd = fs.openSync(path, flags[mode], FILE_MODE);
    return {
      write(bytes, position) {
        for (let done = 0; done < bytes.length; ) {
          done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
        }
      },
      sync: () => syncData(fd),
      truncate: size => truncate(fd, size),
      close: () => close(fd),
    };
  },
  async read(path, start = 0) {
    const file = await unlessMissing(() => fsp.open(path, 'r'));
    if (!file) return undefined;
    try {
      const bytes = Buffer.allocUnsafe(Math.max(0, (await file.stat()).size - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
  async stat(path) {
    const found = await unlessMissing(() => fs.statSync(path));
    return found && { size: found.size, modifiedAt: found.mtimeMs };
  },
  list: async path => (await unlessMissing(() => fs.readdirSync(path))) ?? [],
  rename: (from, to) => fsp.rename(from, to),
  remove: path => fsp.rm(path, { recursive: true, force: true }),
  async makeDirectory(path) {
    await fsp.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  },
  async syncDirectory(path) {
    // Windows keeps names durable by itself and cannot open a directory for this.
    if (process.platform === 'win32') return;
    const directory = await fsp.open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

async function unlessMissing<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts a whole file in place: after it, even after a power loss, there is the old content or the new. */
export async function replaceFile(disk: Disk, path: string, bytes: Buffer, directory: string): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await disk.open(part, 'create');
    try {
      await file.truncate(0);
      file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    await disk.remove(part).catch(() => {});
    throw cause;
  }
  await disk.rename(part, path);
  await disk.syncDirectory(directory);
}
