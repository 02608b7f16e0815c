/** What lies outside the workspace and is none of a command's business: keys, tokens, private data, Ascent's own records. */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SensitiveNames } from './sandbox.ts';

export interface Hidden {
  path: string;
  directory: boolean;
}

/** What there is of it, absolute. Places that hold a folder of the workspace stay visible. */
export async function hiddenPlaces(
  home: string,
  more: readonly string[],
  names: SensitiveNames,
  roots: readonly string[],
): Promise<Hidden[]> {
  const named = names.stores.map(name => path.join(home, name));
  const looked = [home, path.join(home, '.config'), '/etc', '/etc/ssh', '/root'];
  const found = await Promise.all(looked.map(directory => secretsIn(directory, names)));
  const unique = [...new Set([...more, ...named, ...found.flat()])].sort();
  const there: Hidden[] = [];
  for (const place of unique) {
    const real = await realpath(place).catch(() => undefined);
    if (real === undefined || there.some(outer => outer.directory && isBelow(real, outer.path))) continue;
    if (roots.some(root => root === real || isBelow(root, real))) continue;
    const stats = await stat(real);
    if (stats.isDirectory() || stats.isFile()) there.push({ path: real, directory: stats.isDirectory() });
  }
  return there;
}

async function secretsIn(directory: string, names: SensitiveNames): Promise<string[]> {
  const entries = await readdir(directory).catch(() => []);
  return entries
    .filter(name => names.guardsOf([name]).some(guard => guard.kind === 'secret'))
    .filter(name => !/\.(?:pem|crt)$/i.test(name))
    .map(name => path.join(directory, name));
}

export function isBelow(file: string, directory: string): boolean {
  return file.startsWith(directory.endsWith(path.sep) ? directory : directory + path.sep);
}
