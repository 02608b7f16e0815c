import * as z from 'zod';
import description from './diagnostics.md';
import type { ToolKit } from './kit.ts';
import { locate, shownPath } from './place.ts';
import { describeProblems, isSerious } from './problems.ts';
import type { Tool } from './tool.ts';

export const DiagnosticsInput = z.object({
  paths: z.array(z.string().min(1)).optional().describe('Files to look at. Default: all.'),
});

export function diagnosticsTool({ host }: ToolKit): Tool<z.infer<typeof DiagnosticsInput>> {
  return {
    name: 'diagnostics',
    description,
    input: DiagnosticsInput,
    readOnly: true,
    async prepare({ paths = [] }) {
      const places = await Promise.all(paths.map(given => locate(host, given)));
      const object = places.length === 0 ? 'problems' : `problems in ${places.map(p => p.shown).join(', ')}`;
      return {
        title: { ask: 'Check', busy: 'Checking', done: 'Checked', object },
        access: places.map(place => ({ kind: 'read', path: place.given })),
        effects: [],
        async run() {
          const all = await host.problems(places.map(place => place.real));
          if (!all)
            return {
              isError: false,
              content:
                "There is no editor here that computes problems. Run the project's type-checker or linter with run_command.",
            };
          const problems = all.filter(isSerious);
          const files = new Set(problems.map(problem => problem.path)).size;
          const content = describeProblems(problems, path => shownPath(host.roots, path));
          return {
            isError: false,
            content: content || 'No errors and no warnings.',
            display: { kind: 'problems', problems, files },
          };
        },
      };
    },
  };
}
