/**
 * The rules a person keeps beyond a session: a file each in the state directory, never in a workspace. A file's name is
 * the hash of what the rule says, so adding it twice, also from two windows at once, is adding it once, and none of them
 * can overwrite another. Why it is so: docs/adr/0013.
 */
import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import type { Effect } from '../../protocol/access.ts';
import { Destination, type HeldRule, isDeny, Rule } from '../../protocol/approvals.ts';
import { type Disk, realDisk } from '../disk.ts';
import { changedBy } from './changedBy.ts';

const RuleFile = z.strictObject({
  version: z.literal(1),
  destination: Destination.exclude(['session']),
  root: z.string().optional(),
  rule: Rule,
  since: z.number(),
});
type RuleFile = z.infer<typeof RuleFile>;
const ChangedFile = z.object({ file: z.string() });

const RULE = '.json';
/** Beside a rule's file: the agent has changed a file that decides what the rule lets run. */
const CHANGED = '.changed';

export interface StoredRules {
  rules: HeldRule[];
  /** Set when a file cannot be read: which one, and what to do. Then the list is not whole. */
  broken?: string;
}

export interface RuleStore {
  /** Where the files lie. */
  readonly directory: string;
  list(): Promise<StoredRules>;
  /** Keeps a rule; one that is there already counts from now on. Rejects when it cannot be written. */
  add(
    rule: Rule,
    where: { destination: 'workspace'; root: string } | { destination: 'user' },
  ): Promise<HeldRule>;
  /** False when there is none. */
  remove(id: string): Promise<boolean>;
  /** This is about to happen: rules whose commands do what it changes hold no more. */
  suspend(effect: Effect): Promise<void>;
}

export function createRuleStore(stateDir: string, now: () => number, disk: Disk = realDisk): RuleStore {
  const directory = path.join(stateDir, 'rules');
  const place = (id: string, kind: typeof RULE | typeof CHANGED) => path.join(directory, id + kind);
  /** Files as they were read last: a run asks often, and they change seldom. */
  const known = new Map<string, { stamp: string; content: RuleFile }>();

  async function put(file: string, content: object): Promise<void> {
    await disk.makeDirectory(directory);
    const part = path.join(directory, `${randomUUID()}.part`);
    try {
      const opened = await disk.open(part, 'exclusive');
      try {
        opened.write(Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`), 0);
        await opened.sync();
      } finally {
        await opened.close();
      }
      await disk.rename(part, file);
    } catch (cause) {
      await disk.remove(part).catch(() => {});
      throw cause;
    }
    await disk.syncDirectory(directory);
  }

  /** Undefined when it was removed meanwhile. Throws for what is no rule. */
  async function read(id: string): Promise<RuleFile | undefined> {
    const file = place(id, RULE);
    const stat = await disk.stat(file);
    if (!stat) return undefined;
    const stamp = `${stat.size} ${stat.modifiedAt}`;
    const before = known.get(id);
    if (before?.stamp === stamp) return before.content;
    const bytes = await disk.read(file);
    if (!bytes) return undefined;
    const content = RuleFile.parse(JSON.parse(bytes.toString()));
    known.set(id, { stamp, content });
    return content;
  }

  async function changedOf(id: string): Promise<string> {
    const bytes = await disk.read(place(id, CHANGED)).catch(() => undefined);
    try {
      return ChangedFile.parse(JSON.parse(String(bytes))).file;
    } catch {
      return 'A file';
    }
  }

  async function list(): Promise<StoredRules> {
    let names: string[];
    try {
      names = await disk.list(directory);
    } catch {
      return { rules: [], broken: `The approval rules in ${directory} cannot be read, so everything asks.` };
    }
    const rules: HeldRule[] = [];
    let broken: string | undefined;
    for (const name of names.filter(other => other.endsWith(RULE)).sort()) {
      const id = name.slice(0, -RULE.length);
      try {
        const content = await read(id);
        if (!content) continue;
        const { destination, root, rule, since } = content;
        const changed = names.includes(id + CHANGED) ? await changedOf(id) : undefined;
        rules.push({ id, destination, rule, since, ...(root && { root }), ...(changed && { changed }) });
      } catch {
        broken ??= `The approval rule in ${place(id, RULE)} is damaged, so everything asks. Mend or delete that file.`;
      }
    }
    return { rules, ...(broken && { broken }) };
  }

  return {
    directory,
    list,
    async add(rule, where) {
      const root = where.destination === 'workspace' ? where.root : undefined;
      const id = idOf(where.destination, root, rule);
      const content = {
        version: 1,
        destination: where.destination,
        ...(root && { root }),
        rule,
        since: now(),
      };
      await put(place(id, RULE), content);
      await disk.remove(place(id, CHANGED));
      return { id, destination: where.destination, rule, since: content.since, ...(root && { root }) };
    },
    async remove(id) {
      if (!(await disk.list(directory)).includes(id + RULE)) return false;
      await disk.remove(place(id, RULE));
      await disk.remove(place(id, CHANGED));
      known.delete(id);
      return true;
    },
    async suspend(effect) {
      for (const { id, rule, changed } of (await list()).rules) {
        const file = changed === undefined && !isDeny(rule) ? changedBy(effect, rule) : undefined;
        if (file !== undefined) await put(place(id, CHANGED), { file });
      }
    },
  };
}

function idOf(destination: string, root: string | undefined, rule: Rule): string {
  const text = JSON.stringify([
    destination,
    root ?? null,
    Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
