/**
 * Where a path really leads, also when its last parts do not exist yet. At once: each call of a tool asks several times,
 * and to wait for another thread costs ten times what the look does.
 */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { errorCode, toHostError } from './fileErrors.ts';
import { HostError } from './host.ts';

const MOST_LINKS = 40;

/** Links are followed at the longest existing parent, dangling ones too. Throws HostError. */
export function resolvePath(given: string, linksLeft = MOST_LINKS): string {
  if (linksLeft === 0) throw new HostError('failed', `${given}: too many symbolic links`);
  const absolute = path.resolve(given);
  try {
    return realpathSync.native(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw toHostError(error, given);
  }
  const { there, missing } = longestParent(absolute);
  if (missing.length > 0) return path.join(resolvePath(there, linksLeft), ...missing);
  const parent = path.dirname(absolute);
  if (parent === absolute) return absolute;
  const place = path.join(resolvePath(parent, linksLeft), path.basename(absolute));
  const target = linkAt(place);
  return target === undefined ? place : resolvePath(path.resolve(path.dirname(place), target), linksLeft - 1);
}

/** The part of a path that is there, a dangling link too, and the names below it that are not. */
function longestParent(absolute: string): { there: string; missing: string[] } {
  const missing: string[] = [];
  let there = absolute;
  while (isMissing(there) && path.dirname(there) !== there) {
    missing.unshift(path.basename(there));
    there = path.dirname(there);
  }
  return { there, missing };
}

function isMissing(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function linkAt(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    return undefined;
  }
}
