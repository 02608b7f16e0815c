/**
 * A disk in memory that is as unreliable as disks are allowed to be. It journals what reaches it; `crash` gives the
 * disk that a power loss at any point could have left: what was synced is there; each write, sector by sector, and
 * each name since may or may not be, in any order.
 */
import path from 'node:path';
import type { Disk, DiskFile } from '../../src/session/disk.ts';

const SECTOR = 512;

type Entry =
  | { kind: 'write'; file: number; position: number; bytes: Buffer }
  | { kind: 'truncate'; file: number; size: number }
  /** All entries about the file before `upTo` are on the medium. */
  | { kind: 'sync'; file: number; upTo: number }
  | { kind: 'name'; directory: string; name: string; file: number; from?: string }
  | { kind: 'unname'; directory: string; name: string }
  | { kind: 'syncDirectory'; directory: string; upTo: number };

export interface SimulatedDisk extends Disk {
  readonly journal: readonly Entry[];
  /** A number from 0 up to (not including) 1, each time it is called. */
  crash(at: number, random: () => number): SimulatedDisk;
}

/** Names (whole paths) and contents of what is on the medium. */
interface Medium {
  names: Map<string, number>;
  contents: Map<number, Buffer>;
}

export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

export function simulatedDisk(medium: Medium = { names: new Map(), contents: new Map() }): SimulatedDisk {
  const names = new Map(medium.names);
  const contents = new Map(medium.contents);
  const journal: Entry[] = [];
  let nextFile = Math.max(0, ...contents.keys()) + 1;

  function handle(file: number): DiskFile {
    return {
      write(bytes, position) {
        const copy = Buffer.from(bytes);
        contents.set(file, written(contents.get(file)!, copy, position));
        journal.push({ kind: 'write', file, position, bytes: copy });
      },
      async sync() {
        const upTo = journal.length;
        await new Promise(setImmediate);
        journal.push({ kind: 'sync', file, upTo });
      },
      async truncate(size) {
        contents.set(file, resized(contents.get(file)!, size));
        journal.push({ kind: 'truncate', file, size });
      },
      async close() {},
    };
  }
  const split = (file: string) => ({ directory: path.dirname(file), name: path.basename(file) });

  return {
    journal,
    async open(file, mode) {
      let found = names.get(file);
      if (found !== undefined && mode === 'exclusive') throw failure('EEXIST');
      if (found === undefined) {
        if (mode === 'existing') throw failure('ENOENT');
        found = nextFile++;
        names.set(file, found);
        contents.set(found, Buffer.alloc(0));
        journal.push({ kind: 'name', ...split(file), file: found });
      }
      return handle(found);
    },
    async read(file, start = 0) {
      const found = names.get(file);
      return found === undefined ? undefined : Buffer.from(contents.get(found)!.subarray(start));
    },
    async stat(file) {
      const found = names.get(file);
      return found === undefined
        ? undefined
        : { size: contents.get(found)!.length, modifiedAt: journal.length };
    },
    list: async directory =>
      [...names.keys()].filter(n => path.dirname(n) === directory).map(n => path.basename(n)),
    async rename(from, to) {
      const found = names.get(from);
      if (found === undefined) throw failure('ENOENT');
      names.delete(from);
      names.set(to, found);
      journal.push({ kind: 'name', ...split(to), file: found, from });
    },
    async remove(file) {
      if (names.delete(file)) journal.push({ kind: 'unname', ...split(file) });
    },
    async makeDirectory() {},
    async syncDirectory(directory) {
      const upTo = journal.length;
      await new Promise(setImmediate);
      journal.push({ kind: 'syncDirectory', directory, upTo });
    },
    crash: (at, random) => simulatedDisk(afterPowerLoss(medium, journal.slice(0, at), random)),
  };
}

function written(content: Buffer, bytes: Buffer, position: number): Buffer {
  const next = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(next);
  bytes.copy(next, position);
  return next;
}

function resized(content: Buffer, size: number): Buffer {
  const next = Buffer.alloc(size);
  content.copy(next);
  return next;
}

function afterPowerLoss(medium: Medium, journal: Entry[], random: () => number): Medium {
  const syncedFile = new Map<number, number>();
  const syncedDirectory = new Map<string, number>();
  for (const entry of journal) {
    if (entry.kind === 'sync') syncedFile.set(entry.file, entry.upTo);
    if (entry.kind === 'syncDirectory') syncedDirectory.set(entry.directory, entry.upTo);
  }
  const names = new Map(medium.names);
  const contents = new Map(medium.contents);
  /** Names of one directory reach the medium in order: from here on they did not. */
  const stopped = new Set<string>();
  const likely = random();
  for (const [index, entry] of journal.entries()) {
    if (entry.kind === 'write' || entry.kind === 'truncate') {
      const content = contents.get(entry.file) ?? Buffer.alloc(0);
      const certain = index < (syncedFile.get(entry.file) ?? 0);
      contents.set(entry.file, certain ? applied(content, entry) : perhaps(content, entry, likely, random));
    } else if (entry.kind === 'name' || entry.kind === 'unname') {
      const { directory } = entry;
      if (index >= (syncedDirectory.get(directory) ?? 0) && random() > likely) stopped.add(directory);
      if (stopped.has(directory)) continue;
      if (entry.kind === 'unname') names.delete(path.join(directory, entry.name));
      else names.set(path.join(directory, entry.name), entry.file);
      if (entry.kind === 'name' && entry.from) names.delete(entry.from);
    }
  }
  for (const file of names.values()) if (!contents.has(file)) contents.set(file, Buffer.alloc(0));
  return { names, contents };
}

type Change = Extract<Entry, { kind: 'write' | 'truncate' }>;

function applied(content: Buffer, change: Change): Buffer {
  return change.kind === 'write'
    ? written(content, change.bytes, change.position)
    : resized(content, change.size);
}

/** An unsynced change: a truncation happens or not, a write sector by sector (the file may grow over holes). */
function perhaps(content: Buffer, change: Change, likely: number, random: () => number): Buffer {
  if (change.kind === 'truncate') return random() < likely ? applied(content, change) : content;
  const { position, bytes } = change;
  const next = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(next);
  let size = content.length;
  for (let from = position; from < position + bytes.length; ) {
    const to = Math.min(position + bytes.length, (Math.floor(from / SECTOR) + 1) * SECTOR);
    if (random() < likely) {
      bytes.copy(next, from, from - position, to - position);
      size = Math.max(size, to);
    }
    from = to;
  }
  return next.subarray(0, size);
}

/** A small generator with a seed (mulberry32): one seed, one run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
