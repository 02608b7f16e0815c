import * as z from 'zod';
import { showControls } from '../protocol/plainText.ts';
import { toFailure } from './failures.ts';
import description from './findFiles.md';
import type { ToolKit } from './kit.ts';
import { demandSamePlace, locate, shownPath } from './place.ts';
import type { Tool } from './tool.ts';
import { oneLine } from './words.ts';

export const FindFilesInput = z.object({
  globs: z
    .array(z.string().min(1))
    .min(1)
    .describe('Globs such as "*.test.ts" or "src/**/*.{js,ts}"; a leading "!" excludes.'),
  path: z.string().optional().describe('Directory to look in. Default: the workspace folder.'),
});

const MOST_PATHS = 200;

export function findFilesTool({ host }: ToolKit): Tool<z.infer<typeof FindFilesInput>> {
  return {
    name: 'find_files',
    description,
    input: FindFilesInput,
    readOnly: true,
    async prepare({ globs, path: given }) {
      const place = await locate(host, given ?? '.');
      return {
        title: {
          ask: 'Find',
          busy: 'Finding',
          done: 'Found',
          object: oneLine(globs.join(', ')),
          ...(given !== undefined && { detail: `in ${place.shown}` }),
        },
        access: [{ kind: 'read', path: place.given }],
        effects: [],
        async run({ signal }) {
          try {
            await demandSamePlace(host, place);
            const { paths, limited } = await host.find(place.real, globs, MOST_PATHS, signal);
            const shown = paths.map(file =>
              showControls(shownPath(host.roots, file)).replaceAll('\n', '\\n'),
            );
            const note = limited
              ? [`[more than ${MOST_PATHS} files match; narrow the globs or give a path]`]
              : [];
            return {
              isError: false,
              content:
                shown.length > 0
                  ? [...shown, ...note].join('\n')
                  : `No file below ${place.shown} matches. Ignored files are not looked at.`,
              display: { kind: 'paths', paths: shown, count: shown.length, limited },
            };
          } catch (error) {
            throw toFailure(error, place.shown);
          }
        },
      };
    },
  };
}
