/** How far the agent may go unasked: the modes, and the rules that people keep. Why it is so: docs/adr/0013. */
import * as z from 'zod';

/**
 * `plan`: nothing may change, however it is tried. `ask`: edits and commands ask. `edits`: ordinary files of the
 * workspace are edited unasked. `all`: everything that no rule denies and that is not protected.
 */
export const ApprovalMode = z.enum(['plan', 'ask', 'edits', 'all']);
export type ApprovalMode = z.infer<typeof ApprovalMode>;

/** What one rule covers: what was shown to the person, and no more. The two `deny` kinds win over every other. */
export const Rule = z.discriminatedUnion('kind', [
  /** This very command line, in this directory; with `network` also when it asks for the network. */
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    cwd: z.string(),
    network: z.boolean().optional(),
  }),
  /**
   * One program with exactly these words, wherever it stands in a line that is understood; never one that reads from a
   * pipe or a file. `within`: run in this directory or below; without it, anywhere in the workspace. `tail`: further
   * words may follow that are known to do no harm (git's looking commands).
   */
  z.object({
    kind: z.literal('argv'),
    words: z.array(z.string()).min(1),
    within: z.string().optional(),
    tail: z.literal('harmless').optional(),
  }),
  /** Edits of ordinary files of the workspace (never control files or secrets), or of those below a directory. */
  z.object({ kind: z.literal('edits'), under: z.string().optional() }),
  /** Reads of this one path outside the ordinary workspace. */
  z.object({ kind: z.literal('read'), path: z.string() }),
  /** Requests that fetch from this origin. */
  z.object({ kind: z.literal('network'), origin: z.string() }),
  /** No command that begins with these words, also with options between them, or behind a program that starts it. */
  z.object({ kind: z.literal('denyCommand'), words: z.array(z.string().min(1)).min(1) }),
  /** No path that this glob means: relative to any folder of the workspace, absolute, or from `~/`. */
  z.object({ kind: z.literal('denyPath'), glob: z.string().min(1), only: z.literal('write').optional() }),
]);
export type Rule = z.infer<typeof Rule>;

export const isDeny = (rule: Rule): boolean => rule.kind === 'denyCommand' || rule.kind === 'denyPath';

/** How long and where a rule holds: this session; sessions in this workspace; all of this person's sessions. */
export const Destination = z.enum(['session', 'workspace', 'user']);
export type Destination = z.infer<typeof Destination>;

/** A rule that holds, and where it comes from. */
export const HeldRule = z.object({
  id: z.string(),
  destination: Destination,
  rule: Rule,
  /** For `workspace`: the folder it belongs to. */
  root: z.string().optional(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  /** The agent has changed this file since, which decides what the command does: the rule asks again. */
  changed: z.string().optional(),
});
export type HeldRule = z.infer<typeof HeldRule>;

/** What a person could grant for longer than once. `label` completes "Allow ..."; what stands in backticks is quoted. */
export const Offer = z.object({ destination: Destination, rule: Rule, label: z.string() });
export type Offer = z.infer<typeof Offer>;

/** How a person answers: `offer` is an index into what was offered with that very question. */
export type Answer = 'once' | 'deny' | { offer: number };
