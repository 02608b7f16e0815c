/** Paths that the view sends: relative to a root of the session, or absolute. */
import path from 'node:path';
import type { Host } from '../../host/host.ts';

/** Undefined for what must not be touched: opening a network path would already hand out credentials on Windows. */
export async function locate(
  host: Host,
  roots: readonly string[],
  given: string,
): Promise<string | undefined> {
  if (/^[\\/]{2}/.test(given) || given.includes('\0')) return undefined;
  if (path.isAbsolute(given)) return given;
  const candidates = roots.map(root => path.resolve(root, given));
  for (const candidate of candidates) if (await host.stat(candidate)) return candidate;
  return candidates[0];
}
