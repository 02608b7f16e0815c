/** A tree with a few files changed, made from the tree before: reads and writes the folders on their way alone. */
import { type BytePath, parents } from './bytePath.ts';
import { git, type Repository } from './git.ts';
import { FOLDER, formatTree, type Listing, parseTree, readTree, writeObject } from './objects.ts';
import { type Entry, same } from './trees.ts';

export interface TreePatcher {
  /** Undefined entries are files that are gone. Gives the new tree, and how many entries differ. */
  patch(changes: ReadonlyMap<BytePath, Entry | undefined>): Promise<{ tree: string; changed: number }>;
}

/** Follows one line of trees from `tree` on; what it has read of a folder it need not read again. */
export function patchFrom(repository: Repository, tree: string): TreePatcher {
  /** Folder ('' is the root) → what is in it; undefined where there is none. */
  const listings = new Map<BytePath, Listing | undefined>();
  let root = tree;

  const load = async (folders: BytePath[]) => {
    // The nearest to the root first: most often its listing names the next, and no git is started.
    for (const folder of folders.sort((a, b) => a.length - b.length)) {
      if (listings.has(folder)) continue;
      const id = folder ? idIn(listings, folder) : root;
      const found = id && readTree(repository.directory, id);
      if (found) listings.set(folder, found);
    }
    const unknown = folders.filter(folder => !listings.has(folder));
    if (!unknown.length) return;
    const input = Buffer.from(unknown.map(folder => `${root}:${folder}\n`).join(''), 'latin1');
    const { out } = await git(repository, ['cat-file', '--batch'], { input });
    let at = 0;
    for (const folder of unknown) {
      const end = out.indexOf('\n', at);
      const answer = / (tree|blob|commit) (\d+)$/.exec(out.toString('latin1', at, end));
      const start = end + 1;
      const size = Number(answer?.[2] ?? 0);
      listings.set(folder, answer?.[1] === 'tree' ? parseTree(out.subarray(start, start + size)) : undefined);
      at = answer ? start + size + 1 : start;
    }
  };

  return {
    async patch(changes) {
      const folders = new Set<BytePath>(['']);
      for (const name of changes.keys()) for (const parent of parents(name)) folders.add(parent);
      await load([...folders]);
      let changed = 0;
      const touched = new Set<BytePath>();
      // Files that are gone first: one may make room for a folder.
      for (const [name, entry] of [...changes].sort(([, a], [, b]) => Number(!!a) - Number(!!b))) {
        const cut = name.lastIndexOf('/');
        const folder = cut < 0 ? '' : name.slice(0, cut);
        const listing = listings.get(folder) ?? new Map<string, Entry>();
        const base = name.slice(cut + 1);
        const old = listing.get(base);
        if (entry ? same(old, entry) : !old || old.mode === FOLDER) continue;
        changed++;
        if (entry) listing.set(base, entry);
        else listing.delete(base);
        listings.set(folder, listing);
        listings.delete(name);
        touched.add(folder);
        for (const parent of parents(name)) touched.add(parent);
      }
      if (!changed) return { tree: root, changed };
      // The deepest first: a folder's id is needed in its parent.
      const deepest = [...touched].filter(Boolean).sort((a, b) => depth(b) - depth(a));
      for (const folder of deepest) {
        const cut = folder.lastIndexOf('/');
        const parent = cut < 0 ? '' : folder.slice(0, cut);
        const above = listings.get(parent) ?? new Map<string, Entry>();
        const listing = listings.get(folder);
        const base = folder.slice(cut + 1);
        if (listing?.size) above.set(base, { mode: FOLDER, id: write(listing) });
        else if (above.get(base)?.mode === FOLDER) above.delete(base);
        if (!listing?.size) listings.delete(folder);
        listings.set(parent, above);
      }
      root = write(listings.get('') ?? new Map());
      return { tree: root, changed };
    },
  };

  function write(listing: Listing): string {
    return writeObject(repository.directory, 'tree', formatTree(listing));
  }
}

function idIn(listings: ReadonlyMap<BytePath, Listing | undefined>, folder: BytePath): string | undefined {
  const cut = folder.lastIndexOf('/');
  const entry = listings.get(cut < 0 ? '' : folder.slice(0, cut))?.get(folder.slice(cut + 1));
  return entry?.mode === FOLDER ? entry.id : undefined;
}

const depth = (folder: BytePath) => folder.split('/').length;
