/**
 * What a workspace itself forbids, in `.ascent/deny.json` of any of its folders: command beginnings and paths. Such a
 * file can only narrow what may happen, so nobody has to trust it; one that cannot be understood may have forbidden
 * anything, so then everything asks. Agents write it only after a question, as all control files.
 */
import path from 'node:path';
import * as z from 'zod';
import { type Host, HostError } from '../../host/host.ts';
import type { HeldRule } from '../../protocol/approvals.ts';
import { deniedCommand, deniedPath, type Made } from './madeByHand.ts';
import type { StoredRules } from './ruleStore.ts';

export const DENIALS = '.ascent/deny.json';

const Lines = z.array(z.string().min(1).max(500)).max(200).default([]);
const File = z.strictObject({
  /** Beginnings of commands: `git push`. */
  commands: Lines,
  /** Globs of what is neither read nor written, and of what is not written. */
  paths: Lines,
  writes: Lines,
});

type Disk = Pick<Host, 'roots' | 'resolve' | 'stat' | 'read'>;

/** A run asks often and the file changes seldom: the same text is read once. */
export function workspaceDenials(host: Disk): () => Promise<StoredRules> {
  const known = new Map<string, { stamp: string; read: StoredRules }>();

  async function readOf(root: string): Promise<StoredRules> {
    const file = path.join(root, DENIALS);
    let stamp = '';
    try {
      const stats = await host.stat(file);
      if (!stats) return { rules: [] };
      stamp = `${stats.modifiedAt} ${stats.changedAt} ${stats.size}`;
      const before = known.get(file);
      if (before?.stamp === stamp) return before.read;
      const { text } = await host.read(file);
      const read = { rules: rulesIn(text, root, stats.modifiedAt) };
      known.set(file, { stamp, read });
      return read;
    } catch (error) {
      if (error instanceof HostError && error.code === 'notFound') return { rules: [] };
      const why = error instanceof HostError || error instanceof Wrong ? ` (${error.message})` : '';
      const broken = `What ${file} forbids cannot be understood${why}, so everything asks. Mend or delete that file.`;
      if (stamp) known.set(file, { stamp, read: { rules: [], broken } });
      return { rules: [], broken };
    }
  }

  return async () => {
    const roots = await Promise.all(host.roots.map(root => host.resolve(root).catch(() => root)));
    const all = await Promise.all(roots.map(readOf));
    const broken = all.find(one => one.broken)?.broken;
    return { rules: all.flatMap(one => one.rules), ...(broken && { broken }) };
  };
}

/** Whether it stands in such a file, and not among the rules that a person keeps. */
export const isFromWorkspace = ({ id }: Pick<HeldRule, 'id'>): boolean => id.startsWith(`${DENIALS}:`);

class Wrong extends Error {}

function rulesIn(text: string, root: string, since: number): HeldRule[] {
  const read = File.safeParse(parsed(text));
  if (!read.success) throw new Wrong(z.prettifyError(read.error).split('\n')[0]);
  const { commands, paths, writes } = read.data;
  const made: Made[] = [
    ...commands.map(deniedCommand),
    ...paths.map(glob => deniedPath(glob, undefined)),
    ...writes.map(glob => deniedPath(glob, 'write')),
  ];
  return made.map((one, i) => {
    if ('problem' in one) throw new Wrong(one.problem);
    return { id: `${DENIALS}:${i}`, destination: 'workspace', rule: one.rule, root, since };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Wrong('it is not JSON');
  }
}
