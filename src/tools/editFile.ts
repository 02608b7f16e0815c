import * as z from 'zod';

export const EditFileInput = z.object({
  path: z.string().min(1).describe('File to change, relative to the workspace folder or absolute.'),
  edits: z
    .array(
      z.object({
        old_text: z.string().min(1).describe('Exact text to replace, white space included.'),
        new_text: z.string().describe('Text to put in its place; empty deletes it.'),
        replace_all: z.boolean().optional().describe('Replace every occurrence. Default: false.'),
      }),
    )
    .min(1)
    .describe('Replacements, applied in order, each to the result of the one before.'),
});
