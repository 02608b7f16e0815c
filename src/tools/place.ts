/** Paths as the model writes them, as the policy judges them, and as the host touches them. */
import path from 'node:path';
import type { Host } from '../host/host.ts';
import { toFailure } from './failures.ts';
import { ToolFailure } from './tool.ts';

export interface Place {
  /** Absolute, as given; what the policy resolves and judges. */
  given: string;
  /** Absolute, links resolved (but a root keeps the spelling it has in the workspace); what is touched and remembered. */
  real: string;
  /** For models and people: relative to the workspace folder it lies in, else absolute. */
  shown: string;
}

/** Relative paths start at the first root, or at the root whose name they begin with when there are several. */
export async function locate(host: Host, given: string): Promise<Place> {
  const absolute = toAbsolute(host.roots, given);
  const real = await canonical(host, absolute).catch(error => {
    throw toFailure(error, given);
  });
  return { given: absolute, real, shown: shownPath(host.roots, real) };
}

/** What was judged when the call was planned must be what is touched when it runs. */
export async function demandSamePlace(host: Host, place: Place): Promise<void> {
  if ((await canonical(host, place.given)) !== place.real)
    throw new ToolFailure(
      `${place.shown} leads elsewhere than a moment ago (a link changed). Nothing was done.`,
    );
}

function toAbsolute(roots: readonly string[], given: string): string {
  if (given.includes('\0')) throw new ToolFailure('A path cannot contain a NUL character.');
  if (path.isAbsolute(given)) return path.normalize(given);
  if (given === '~' || given.startsWith('~/'))
    throw new ToolFailure(`"~" is not expanded. Give an absolute path instead of ${given}.`);
  const [first] = roots;
  if (first === undefined)
    throw new ToolFailure('No folder is open, so there are no relative paths. Give an absolute path.');
  if (roots.length > 1) {
    const [name, ...rest] = path.normalize(given).split(path.sep);
    const root = roots.find(r => path.basename(r) === name);
    if (root) return path.join(root, ...rest);
  }
  return path.resolve(first, given);
}

async function canonical(host: Host, absolute: string): Promise<string> {
  const real = await host.resolve(absolute);
  for (const root of host.roots) {
    const rest = below(await host.resolve(root), real);
    if (rest !== undefined) return path.join(root, rest);
  }
  return real;
}

export function shownPath(roots: readonly string[], absolute: string): string {
  const names = roots.map(root => path.basename(root));
  for (const [i, root] of roots.entries()) {
    const rest = below(root, absolute);
    if (rest === undefined) continue;
    const inside = rest.split(path.sep).join('/');
    if (roots.length === 1) return inside || '.';
    if (names.indexOf(names[i]!) === names.lastIndexOf(names[i]!)) return path.posix.join(names[i]!, inside);
  }
  return absolute;
}

/** The path from `directory` to what lies in it; undefined for what does not. */
export function below(directory: string, absolute: string): string | undefined {
  const rest = path.relative(directory, absolute);
  return rest === '..' || rest.startsWith(`..${path.sep}`) || path.isAbsolute(rest) ? undefined : rest;
}
