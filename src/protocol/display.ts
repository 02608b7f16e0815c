/** What people see of a tool call: before it runs (a preview) and after (its outcome). One card per kind. */
import * as z from 'zod';

export const Problem = z.object({
  path: z.string(),
  /** 1-based. */
  line: z.number(),
  severity: z.enum(['error', 'warning', 'info', 'hint']),
  message: z.string(),
  source: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export const PlanItem = z.object({ text: z.string(), status: z.enum(['pending', 'active', 'done']) });
export type PlanItem = z.infer<typeof PlanItem>;

export const FileDiff = z.object({
  /** Relative to its workspace root where it lies in one, else absolute. */
  path: z.string(),
  change: z.enum(['created', 'modified', 'deleted']),
  /** Unified hunks (from the first `@@` on), without the file header. Cut at `DIFF_LIMIT` characters. */
  hunks: z.string(),
  added: z.number(),
  removed: z.number(),
  cut: z.boolean().optional(),
  /** In a preview: what will really be written. */
  target: z
    .object({
      /** The whole path, behind all links. */
      path: z.string(),
      /** The path as it was named, where a link leads from it to another. */
      through: z.string().optional(),
      /** The permissions that the file has and keeps, in octal, where they are unusual: it is run, say. */
      mode: z.string().optional(),
    })
    .optional(),
});
export type FileDiff = z.infer<typeof FileDiff>;
export const DIFF_LIMIT = 40_000;

export const ToolDisplay = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({
    kind: z.literal('file'),
    path: z.string(),
    firstLine: z.number(),
    lastLine: z.number(),
    totalLines: z.number(),
  }),
  z.object({
    kind: z.literal('matches'),
    pattern: z.string(),
    count: z.number(),
    files: z.number(),
    /** The first matches, one a line: `path:line: text`. */
    sample: z.string(),
    limited: z.boolean(),
  }),
  z.object({ kind: z.literal('paths'), paths: z.array(z.string()), count: z.number(), limited: z.boolean() }),
  z.object({
    kind: z.literal('diff'),
    files: z.array(FileDiff),
    /** Problems the edit brought with it. */
    problems: z.array(Problem).optional(),
  }),
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    cwd: z.string(),
    /** How it runs; absent where there is no sandbox. */
    sandbox: z.enum(['inside', 'network', 'outside']).optional(),
    /** Absent in a preview and while it runs. */
    outcome: z
      .object({
        exitCode: z.number().nullable(),
        signal: z.string().nullable(),
        /** Set when the time limit ended it; milliseconds. */
        timedOutAfterMs: z.number().optional(),
        /** Why nobody knows how it ended: completes "it was cut off, and ...". */
        unknown: z.string().optional(),
        /** Head and tail of what it printed, as people see it. */
        output: z.string(),
        totalBytes: z.number(),
        /** Where all of the output is, when `output` is cut. */
        fullOutput: z.string().optional(),
      })
      .optional(),
  }),
  z.object({ kind: z.literal('plan'), items: z.array(PlanItem) }),
  z.object({ kind: z.literal('problems'), problems: z.array(Problem), files: z.number() }),
  z.object({
    kind: z.literal('question'),
    question: z.string(),
    options: z.array(z.string()),
    answer: z.string().optional(),
  }),
]);
export type ToolDisplay = z.infer<typeof ToolDisplay>;

/** How a call is named: "Run / Running / Ran" + object ("npm test"). */
export const ToolTitle = z.object({
  /** As an order: "Run", "Edit". */
  ask: z.string(),
  /** While it happens: "Running". */
  busy: z.string(),
  /** Afterwards: "Ran". */
  done: z.string(),
  /** What it is about: a path, a command line, a pattern. One line. */
  object: z.string(),
  /** More, dimmed: "lines 1-80". */
  detail: z.string().optional(),
});
export type ToolTitle = z.infer<typeof ToolTitle>;
