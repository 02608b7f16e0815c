/** Where a path really leads, also when its last parts do not exist yet. */
import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, toHostError } from './fileErrors.ts';
import { HostError } from './host.ts';

const MOST_LINKS = 40;

/** Links are followed at the longest existing parent, dangling ones too. Throws HostError. */
export async function resolvePath(given: string, linksLeft = MOST_LINKS): Promise<string> {
  if (linksLeft === 0) throw new HostError('failed', `${given}: too many symbolic links`);
  const absolute = path.resolve(given);
  try {
    return await realpath(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw toHostError(error, given);
  }
  const parent = path.dirname(absolute);
  if (parent === absolute) return absolute;
  const place = path.join(await resolvePath(parent, linksLeft), path.basename(absolute));
  const target = await readlink(place).catch(() => undefined);
  return target === undefined ? place : resolvePath(path.resolve(path.dirname(place), target), linksLeft - 1);
}
