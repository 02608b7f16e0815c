/** Reads and writes git objects without starting git: most checkpoints differ from the one before in a file or two. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Entry } from './trees.ts';

/**
 * Gives the object's id. At once: for the few small ones that a step changes, to wait for another thread takes longer
 * than to do it.
 */
export function writeObject(directory: string, kind: 'blob' | 'tree', content: Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
  const id = createHash('sha1').update(bytes).digest('hex');
  const folder = path.join(directory, 'objects', id.slice(0, 2));
  const file = path.join(folder, id.slice(2));
  if (existsSync(file)) return id;
  const temporary = path.join(directory, 'objects', `tmp_obj_${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(temporary, deflateSync(bytes, { level: 1 }), { mode: 0o444 });
  renameSync(temporary, file);
  return id;
}

/** Undefined where git has to be asked: the tree is packed. */
export function readTree(directory: string, id: string): Listing | undefined {
  try {
    const bytes = inflateSync(readFileSync(path.join(directory, 'objects', id.slice(0, 2), id.slice(2))));
    const start = bytes.indexOf(0) + 1;
    return bytes.subarray(0, 5).toString() === 'tree ' ? parseTree(bytes.subarray(start)) : undefined;
  } catch {
    return undefined;
  }
}

/** Name → entry of one folder; folders have this mode. */
export type Listing = Map<string, Entry>;
export const FOLDER = '40000';

export function parseTree(content: Buffer): Listing {
  const listing: Listing = new Map();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const id = content.toString('hex', end + 1, end + 21);
    listing.set(content.toString('latin1', space + 1, end), {
      mode: content.toString('latin1', at, space),
      id,
    });
    at = end + 21;
  }
  return listing;
}

export function formatTree(listing: Listing): Buffer {
  // git's order: by bytes, a folder as if its name ended with a slash.
  const key = ([name, { mode }]: [string, Entry]) => (mode === FOLDER ? `${name}/` : name);
  const sorted = [...listing]
    .map(entry => ({ key: key(entry), entry }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ entry: [name, { mode, id }] }) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  );
}
