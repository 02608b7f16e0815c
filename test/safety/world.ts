/** The real grammar, and a policy over a disk that is a table: real path by path, everything else as it is written. */

import nodePath from 'node:path';
import type { HeldRule, Rule } from '../../src/protocol/approvals.ts';
import { type BashParser, createBashParser } from '../../src/safety/commands/bashParser.ts';
import { createPolicy, type Policy, type PolicyOptions } from '../../src/safety/policy.ts';
import { loadWasm } from '../wasm.ts';

export const parser: BashParser = createBashParser(loadWasm);

export interface TableDisk {
  /** Real paths of links. */
  links?: Record<string, string>;
  /** Devices, pipes, sockets. */
  special?: string[];
  /** Sizes of files. */
  sizes?: Record<string, number>;
  /** Directories and the names in them. */
  directories?: Record<string, string[]>;
}

export function tablePolicy(disk: TableDisk = {}, more: Partial<PolicyOptions> = {}): Policy {
  const platform = more.platform ?? 'linux';
  const paths = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  const links = Object.entries(disk.links ?? {}).sort(([a], [b]) => b.length - a.length);
  return createPolicy({
    platform,
    roots: ['/ws'],
    home: '/home/me',
    parser,
    resolve: async path => {
      const text = paths.normalize(path).replace(/(?<=[^/\\:])[/\\]$/, '');
      const link = links.find(([from]) => text === from || text.startsWith(from + paths.sep));
      return link ? link[1] + text.slice(link[0].length) : text;
    },
    stat: async path => {
      if (disk.special?.includes(path)) return { kind: 'special' };
      return { kind: disk.directories?.[path] ? 'directory' : 'file', size: disk.sizes?.[path] ?? 1 };
    },
    list: async path => {
      const names = disk.directories?.[path];
      if (!names) throw new Error('not a directory');
      return names;
    },
    ...more,
  });
}

/** A rule as it holds for the session, or as `more` says. */
export const held = (rule: Rule, more: Partial<HeldRule> = {}): HeldRule => ({
  id: 'r',
  destination: 'session',
  rule,
  since: 0,
  ...more,
});
