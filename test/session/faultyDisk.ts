/** A disk on which the n-th call fails, and one that fills up. */
import type { Disk, DiskFile } from '../../src/session/disk.ts';
import { failure } from './simulatedDisk.ts';

export interface FaultyDisk extends Disk {
  /** Whether the fault was reached. */
  readonly failed: boolean;
}

/** Every call to the disk or to one of its files counts; a write that fails has written half of its bytes. */
export function failingAt(disk: Disk, n: number, code: string): FaultyDisk {
  let calls = 0;
  let failed = false;
  const step = (before?: () => void) => {
    if (++calls !== n) return;
    before?.();
    failed = true;
    throw failure(code);
  };
  const checked =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      step();
      return work(...args);
    };
  const wrapFile = (file: DiskFile): DiskFile => ({
    write(bytes, position) {
      step(() => file.write(bytes.subarray(0, bytes.length >> 1), position));
      file.write(bytes, position);
    },
    sync: checked(() => file.sync()),
    truncate: checked(size => file.truncate(size)),
    close: checked(() => file.close()),
  });
  return {
    get failed() {
      return failed;
    },
    open: checked(async (path, mode) => wrapFile(await disk.open(path, mode))),
    read: checked((path, start) => disk.read(path, start)),
    stat: checked(path => disk.stat(path)),
    list: checked(path => disk.list(path)),
    rename: checked((from, to) => disk.rename(from, to)),
    remove: checked(path => disk.remove(path)),
    makeDirectory: checked(path => disk.makeDirectory(path)),
    syncDirectory: checked(path => disk.syncDirectory(path)),
  };
}

export interface SmallDisk extends Disk {
  /** Bytes that all files together may take. */
  capacity: number;
}

/** Writes what fits, then fails with ENOSPC. */
export function smallDisk(disk: Disk, capacity: number): SmallDisk {
  const sizes = new Map<string, number>();
  const small: SmallDisk = {
    ...disk,
    capacity,
    async open(path, mode) {
      const file = await disk.open(path, mode);
      if (!sizes.has(path)) sizes.set(path, (await disk.stat(path))?.size ?? 0);
      return {
        ...file,
        write(bytes, position) {
          const size = sizes.get(path) ?? 0;
          const free = small.capacity - [...sizes.values()].reduce((sum, s) => sum + s, 0);
          const fits = Math.min(bytes.length, size - position + Math.max(0, free));
          if (fits > 0) file.write(bytes.subarray(0, fits), position);
          sizes.set(path, Math.max(size, position + Math.max(0, fits)));
          if (fits < bytes.length) throw failure('ENOSPC');
        },
        async truncate(size) {
          await file.truncate(size);
          sizes.set(path, size);
        },
      };
    },
    async rename(from, to) {
      await disk.rename(from, to);
      sizes.set(to, sizes.get(from) ?? 0);
      sizes.delete(from);
    },
    async remove(path) {
      await disk.remove(path);
      sizes.delete(path);
    },
  };
  return small;
}
