import * as z from 'zod';
import description from './editFile.md';
import { toFailure } from './failures.ts';
import { changePlan, demandSeen } from './fileChange.ts';
import type { ToolKit } from './kit.ts';
import { locate } from './place.ts';
import { applyEdits } from './textEdits.ts';
import { type Tool, ToolFailure } from './tool.ts';

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

export function editFileTool({ host, seen }: ToolKit): Tool<z.infer<typeof EditFileInput>> {
  return {
    name: 'edit_file',
    description,
    input: EditFileInput,
    readOnly: false,
    async prepare(input) {
      const place = await locate(host, input.path);
      const before = await host.read(place.real).catch(error => {
        throw toFailure(error, place.shown);
      });
      // Before anything of the file could show in a failure: it may be one the model was not allowed to read.
      demandSeen(seen, place, before);
      const text = applyEdits(before.text, input.edits, place.shown);
      if (text === before.text)
        throw new ToolFailure(`The edits leave ${place.shown} as it is. Nothing was written.`);
      return changePlan(host, place, before, text);
    },
  };
}
