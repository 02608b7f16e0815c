import * as z from 'zod';
import { type FileText, type Host, HostError } from '../host/host.ts';
import { toFailure } from './failures.ts';
import { changePlan, demandSeen } from './fileChange.ts';
import type { ToolKit } from './kit.ts';
import { locate, type Place } from './place.ts';
import type { Tool, ToolPlan } from './tool.ts';
import description from './writeFile.md';

export const WriteFileInput = z.object({
  path: z.string().min(1).describe('File to write, relative to the workspace folder or absolute.'),
  content: z.string().describe('The complete new content of the file.'),
});

export function writeFileTool({ host, seen }: ToolKit): Tool<z.infer<typeof WriteFileInput>> {
  return {
    name: 'write_file',
    description,
    input: WriteFileInput,
    readOnly: false,
    async prepare(input) {
      const place = await locate(host, input.path);
      const before = await existing(host, place);
      if (!before) return changePlan(host, place, undefined, input.content);
      demandSeen(seen, place, before);
      const text = withLineEndsOf(before.text, input.content);
      return text === before.text ? unchanged(place) : changePlan(host, place, before, text);
    },
  };
}

async function existing(host: Host, place: Place): Promise<FileText | undefined> {
  try {
    return await host.read(place.real);
  } catch (error) {
    if (error instanceof HostError && error.code === 'notFound') return undefined;
    throw toFailure(error, place.shown);
  }
}

/** Models write `\n`; a file whose lines all end with `\r\n` stays that way. */
function withLineEndsOf(before: string, content: string): string {
  const isWindows = before.includes('\r\n') && !/(?<!\r)\n/.test(before);
  return isWindows ? content.replace(/\r?\n/g, '\r\n') : content;
}

function unchanged(place: Place): ToolPlan {
  return {
    title: { ask: 'Keep', busy: 'Keeping', done: 'Kept', object: place.shown, detail: 'no change' },
    access: [{ kind: 'read', path: place.given }],
    effects: [],
    run: async () => ({
      isError: false,
      content: `${place.shown} already has exactly this content. Nothing was written.`,
    }),
  };
}
