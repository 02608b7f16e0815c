/** Finds files by the few letters that were typed after an @. */
import path from 'node:path';
import type { Host } from '../../host/host.ts';

const SHOWN = 50;
const LOOKED_AT = 500;

/** Paths relative to their root, best first. Ignored files are left out, as in every search of the host. */
export async function findMentions(host: Host, query: string, signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all(
    host.roots.map(async root => {
      const { paths } = await host.find(root, [globFor(query)], LOOKED_AT, signal);
      const inside = (p: string) =>
        (path.isAbsolute(p) ? path.relative(root, p) : p).split(path.sep).join('/');
      return paths.map(inside);
    }),
  );
  return rank(found.flat(), query).slice(0, SHOWN);
}

/** `src/ma` finds `src/main.ts` and `lib/src/x/map.ts`: each part anywhere in its name, in any case. */
export function globFor(query: string): string {
  const parts = query.split(/[\\/]/).filter(Boolean);
  if (!parts.length) return '**/*';
  return `**/${parts.map(part => `*${[...part].map(anyCase).join('')}*`).join('/**/')}`;
}

function anyCase(letter: string): string {
  const [low, high] = [letter.toLowerCase(), letter.toUpperCase()];
  if (low !== high && low.length === letter.length && high.length === letter.length) return `[${low}${high}]`;
  return /[\w. -]/.test(letter) ? letter : '?';
}

/** Names that begin with the query first, then names that hold it, then the rest; short paths before long ones. */
function rank(paths: string[], query: string): string[] {
  const wanted = query.split(/[\\/]/).at(-1)!.toLowerCase();
  const score = (p: string) => {
    const at = path.posix.basename(p).toLowerCase().indexOf(wanted);
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  return paths
    .map(p => ({ p, score: score(p) }))
    .sort((a, b) => a.score - b.score || a.p.length - b.p.length || (a.p < b.p ? -1 : 1))
    .map(({ p }) => p);
}
