/** What git's index names (gitformat-index(5)): other repositories, and files that may hold credentials. */
import { secretName } from '../../protocol/secretNames.ts';
import { foldName } from '../paths/names.ts';

export interface Index {
  /** It names a repository within the repository, in which git would start another git. */
  hasRepositories: boolean;
  /** Files that may hold credentials, as they were when git looked last. */
  secrets: readonly Entry[];
}

export interface Entry {
  /** Below the top of the repository. */
  path: string;
  /** Milliseconds since the epoch, whole. */
  modifiedAt: number;
  changedAt: number;
  /** Bytes, the lower 32 bits. */
  size: number;
}

const FIXED = 40;
const HASH = 20;
const GITLINK = 0o160000;
/** Entries. More take too long to be looked through for a verdict. */
const MOST_ENTRIES = 100_000;
const MOST_SECRETS = 64;

const known = new WeakMap<Uint8Array, Index | undefined>();

/** Undefined: it is not understood, is in several parts, or too large. */
export function readIndex(bytes: Uint8Array): Index | undefined {
  if (!known.has(bytes)) known.set(bytes, parse(bytes));
  return known.get(bytes);
}

function parse(bytes: Uint8Array): Index | undefined {
  if (bytes.length === 0) return { hasRepositories: false, secrets: [] };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12 + HASH || buffer.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = buffer.readUInt32BE(4);
  const count = buffer.readUInt32BE(8);
  if ((version !== 2 && version !== 3) || count > MOST_ENTRIES) return undefined;
  const secrets: Entry[] = [];
  const directories = new Map<string, boolean>();
  let hasRepositories = false;
  let at = 12;
  for (let i = 0; i < count; i++) {
    if (at + FIXED + HASH + 2 > buffer.length) return undefined;
    if ((buffer.readUInt32BE(at + 24) & 0o170000) === GITLINK) hasRepositories = true;
    const flags = buffer.readUInt16BE(at + FIXED + HASH);
    const start = at + FIXED + HASH + (flags & 0x4000 ? 4 : 2);
    const end = buffer.indexOf(0, start);
    if (end <= start) return undefined;
    const path = buffer.toString('utf8', start, end);
    if (isSecret(path, directories)) {
      const time = (from: number) =>
        buffer.readUInt32BE(from) * 1000 + Math.floor(buffer.readUInt32BE(from + 4) / 1e6);
      secrets.push({
        path,
        changedAt: time(at),
        modifiedAt: time(at + 8),
        size: buffer.readUInt32BE(at + 36),
      });
      if (secrets.length > MOST_SECRETS) return undefined;
    }
    at += Math.floor((end - at + 8) / 8) * 8;
  }
  for (; at + 8 <= buffer.length - HASH; at += 8 + buffer.readUInt32BE(at + 4)) {
    // The rest lies in another file; entries that stand for whole directories.
    if (/^(?:link|sdir)$/.test(buffer.toString('latin1', at, at + 4))) return undefined;
  }
  return { hasRepositories, secrets };
}

/** `directories`: what was found out about the directories that were seen before. */
function isSecret(path: string, directories: Map<string, boolean>): boolean {
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, Math.max(slash, 0));
  let below = directories.get(directory);
  const folded = () => (slash < 0 ? [] : directory.split('/').map(foldName));
  if (below === undefined) {
    below = secretName([...folded(), 'x']) !== undefined;
    directories.set(directory, below);
  }
  if (below) return true;
  const name = foldName(path.slice(slash + 1));
  const parent = slash < 0 ? [] : [foldName(directory.slice(directory.lastIndexOf('/') + 1))];
  if (secretName([...parent, name]) !== undefined) return true;
  return /^config/.test(name) && secretName([...folded(), name]) !== undefined;
}
