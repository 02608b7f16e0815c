/** What a tool call will touch, said before it runs: approval, parallelism and recovery all read this. */
import * as z from 'zod';

export const Access = z.discriminatedUnion('kind', [
  /** `path` absolute, as given; the path policy resolves it. */
  z.object({ kind: z.literal('read'), path: z.string() }),
  z.object({ kind: z.literal('write'), path: z.string() }),
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    cwd: z.string(),
    /** It asks to run outside the sandbox. */
    outside: z.boolean().optional(),
    /** It asks for the network inside the sandbox. */
    network: z.boolean().optional(),
    /** The model's reason for either. */
    why: z.string().optional(),
  }),
  /** `method`: absent for a mere GET. `through: 'file'`: whoever opens the file that is written sends it. */
  z.object({
    kind: z.literal('network'),
    url: z.string(),
    method: z.string().optional(),
    through: z.literal('file').optional(),
  }),
]);
export type Access = z.infer<typeof Access>;

/**
 * One thing that is about to change, durable before it does. Hashes are sha256 hex of the file's bytes;
 * null stands for "no such file".
 */
export const Effect = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    path: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    cwd: z.string(),
    /** Where its output and its end are recorded, see docs/adr/0006. */
    spool: z.string().optional(),
    timeoutMs: z.number().optional(),
    /** Names the machine and its start. */
    machine: z.string().optional(),
  }),
]);
export type Effect = z.infer<typeof Effect>;

/** A file whose content the model has seen at `hash` (sha256 hex): the ground of the stale-file guard. */
export const FileSeen = z.object({ path: z.string(), hash: z.string() });
export type FileSeen = z.infer<typeof FileSeen>;
