/** Names inside a root as git gives them: slashes, and one character a byte. They need not be UTF-8. */
import path from 'node:path';

export type BytePath = string;

/** For file system calls. */
export const onDisk = (root: string, name: BytePath): Buffer =>
  Buffer.concat([Buffer.from(root + path.sep), Buffer.from(name, 'latin1')]);

/** For people. */
export const shown = (name: BytePath): string => Buffer.from(name, 'latin1').toString('utf8');

/** Undefined for a path that is not below the root. */
export function bytePath(root: string, file: string): BytePath | undefined {
  const relative = path.relative(root, file);
  if (!relative || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
    return undefined;
  return Buffer.from(relative.split(path.sep).join('/')).toString('latin1');
}

/** The folders above it, the nearest first. */
export function* parents(name: BytePath): Generator<BytePath> {
  for (let cut = name.lastIndexOf('/'); cut > 0; cut = name.lastIndexOf('/', cut - 1))
    yield name.slice(0, cut);
}
