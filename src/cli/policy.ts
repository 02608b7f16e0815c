/**
 * `ascent policy`: one case a line in, one verdict a line out; runs nothing. The same rules as everywhere, with
 * nothing granted but what the case says.
 */
import * as z from 'zod';
import { ApprovalMode, type HeldRule, Rule } from '../protocol/approvals.ts';
import type { Repository } from '../protocol/repository.ts';
import type { BashParser } from '../safety/commands/bashParser.ts';
import { createPathPolicy, type Disk } from '../safety/paths/pathPolicy.ts';
import { pathsOf } from '../safety/paths/spelling.ts';
import { createPolicy } from '../safety/policy.ts';

/** The machine that answers. Paths of another platform than its own are judged as text. */
export interface PolicyWorld extends Disk {
  platform: NodeJS.Platform;
  home: string;
  parser: BashParser;
  list?(path: string): Promise<string[]>;
  repository?(directory: string): Promise<Repository>;
}

const Platform = z.enum(['linux', 'darwin', 'win32']);
const Mode = ApprovalMode.default('ask');
/** Rules as if the person had granted or set them for this session. */
const Rules = z.array(Rule).default([]);
const Case = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    command: z.string(),
    workspace: z.string().min(1),
    cwd: z.string().optional(),
    allow: z.array(z.string()).default([]),
    editedByAgent: z.array(z.string()).default([]),
    trusted: z.boolean().default(true),
    platform: Platform.optional(),
    mode: Mode,
    rules: Rules,
  }),
  z.strictObject({
    kind: z.literal('path'),
    path: z.string(),
    op: z.enum(['read', 'write']),
    roots: z.array(z.string().min(1)).min(1),
    cwd: z.string().optional(),
    trusted: z.boolean().default(true),
    platform: Platform.optional(),
    mode: Mode,
    rules: Rules,
  }),
]);
type Case = z.infer<typeof Case>;

/** Answers one input line with one output line (without line ends). Never rejects. */
export function createPolicyLines(world: PolicyWorld): (line: string) => Promise<string> {
  return async line => {
    let input: unknown;
    try {
      input = JSON.parse(line);
    } catch {
      return JSON.stringify({ error: 'The line is not JSON.' });
    }
    const read = Case.safeParse(input);
    if (!read.success) return JSON.stringify({ error: z.prettifyError(read.error) });
    try {
      return JSON.stringify(await answer(read.data, world));
    } catch (error) {
      return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}

async function answer(given: Case, world: PolicyWorld) {
  const platform = given.platform ?? world.platform;
  const roots = given.kind === 'path' ? given.roots : [given.workspace];
  const disk =
    platform === world.platform ? world : { home: world.home, parser: world.parser, ...asText(platform) };
  const options = { ...disk, platform, roots };
  const rules = given.rules.map(
    (rule, i): HeldRule => ({ id: `${i}`, destination: 'session', rule, since: 0 }),
  );
  const now = { mode: given.mode, rules };
  const untrusted = { verdict: 'deny', reasons: ['The workspace is not trusted.'] };

  if (given.kind === 'path') {
    const facts = await createPathPolicy(options).facts(given.path, given.cwd);
    const { verdict, reasons } = given.trusted
      ? await createPolicy(options).decidePath(facts, given.op, now)
      : untrusted;
    return { verdict, resolved: facts.resolved, reasons };
  }
  if (!given.trusted) return untrusted;
  const policy = createPolicy({
    ...options,
    allowedCommands: given.allow,
    editedByAgent: () => given.editedByAgent,
  });
  const cwd = given.cwd ?? given.workspace;
  const { verdict, reasons } = await policy.decide([{ kind: 'command', command: given.command, cwd }], now);
  return { verdict, reasons };
}

/** A disk without links. */
const asText = (platform: NodeJS.Platform): Disk => ({
  resolve: async path => pathsOf(platform).normalize(path),
});
