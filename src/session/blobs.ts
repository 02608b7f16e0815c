/**
 * Texts too long for the log, kept once each under the sha256 of their UTF-8 bytes. A blob is durable before the
 * record that names it is written. In a record it is `{"$blob": "<sha256>"}`; an object that comes with such a key
 * of its own gets one `$` more on its way in and loses it on its way out.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Disk, replaceFile } from './disk.ts';

/** Longer texts (in UTF-16 units) go to blobs. */
export const BLOB_LIMIT = 64 * 1024;
const KEY = '$blob';
const MARK = '$blob"';
const SHA = /^[0-9a-f]{64}$/;

/** The event as JSON, and the blobs it names by their hash. */
export function takeOutBlobs(event: object): { json: string; blobs: Map<string, Buffer> } {
  const blobs = new Map<string, Buffer>();
  const json = JSON.stringify(event);
  if (json.length <= BLOB_LIMIT && !json.includes(MARK)) return { json, blobs };
  return { json: JSON.stringify(taken(event, blobs)), blobs };
}

function taken(value: unknown, blobs: Map<string, Buffer>): unknown {
  if (typeof value === 'string') {
    // A lone surrogate would not survive UTF-8; such a text stays in the log, where it is escaped.
    if (value.length <= BLOB_LIMIT || !value.isWellFormed()) return value;
    const bytes = Buffer.from(value);
    const sha = createHash('sha256').update(bytes).digest('hex');
    blobs.set(sha, bytes);
    return { [KEY]: sha };
  }
  return mapped(
    value,
    key => (/^\$+blob$/.test(key) ? `$${key}` : key),
    inner => taken(inner, blobs),
  );
}

/** The blobs that a record's JSON names. */
export function blobsNamed(value: unknown, found = new Set<string>()): Set<string> {
  const sha = shaOf(value);
  if (sha) found.add(sha);
  else if (value && typeof value === 'object')
    for (const inner of Object.values(value)) blobsNamed(inner, found);
  return found;
}

/** Cheap and never wrong when it says no. */
export function mayNameBlobs(json: string): boolean {
  return json.includes(MARK);
}

/** What `takeOutBlobs` was given. `textOf` gives the text for a hash. */
export function putBackBlobs(value: unknown, textOf: (sha: string) => string): unknown {
  const sha = shaOf(value);
  if (sha) return textOf(sha);
  return mapped(
    value,
    key => (/^\$\$+blob$/.test(key) ? key.slice(1) : key),
    inner => putBackBlobs(inner, textOf),
  );
}

function shaOf(value: unknown): string | undefined {
  if (!value || typeof value !== 'object' || !(KEY in value)) return undefined;
  return typeof value[KEY] === 'string' && SHA.test(value[KEY]) ? value[KEY] : undefined;
}

function mapped(value: unknown, key: (k: string) => string, inner: (v: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [key(k), inner(v)]));
}

export async function writeBlob(disk: Disk, directory: string, sha: string, bytes: Buffer): Promise<void> {
  await replaceFile(disk, path.join(directory, sha), bytes, directory);
}

/** Undefined when it is missing or no longer what its name says. */
export async function readBlob(disk: Disk, directory: string, sha: string): Promise<string | undefined> {
  const bytes = await disk.read(path.join(directory, sha));
  if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha) return undefined;
  return bytes.toString();
}
