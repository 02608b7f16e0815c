import path from 'node:path';
import type { SessionSummary } from '../../protocol/view.ts';

/** Those of the open folders first; the others say where they belong. */
export function bySessionFolder(
  list: readonly SessionSummary[],
  folders: readonly string[],
): SessionSummary[] {
  const isHere = ({ roots }: SessionSummary) => !roots || roots.some(root => folders.includes(root));
  const others = list.filter(one => !isHere(one));
  return [
    ...list.filter(isHere),
    ...others.map(one => ({ ...one, folder: path.basename(one.roots?.[0] ?? '') })),
  ];
}
