import * as z from 'zod';
import { showControls } from '../protocol/plainText.ts';
import type { ToolKit } from './kit.ts';
import type { Tool } from './tool.ts';
import description from './updatePlan.md';
import { plural } from './words.ts';

export const UpdatePlanInput = z.object({
  items: z
    .array(
      z.object({
        text: z.string().min(1).describe('The step, in a few words.'),
        status: z.enum(['pending', 'active', 'done']).describe('One item at most is active.'),
      }),
    )
    .describe('The whole plan, in order; it replaces the one before.'),
});

export function updatePlanTool(_kit: ToolKit): Tool<z.infer<typeof UpdatePlanInput>> {
  return {
    name: 'update_plan',
    description,
    input: UpdatePlanInput,
    readOnly: true,
    async prepare(input) {
      const items = input.items.map(({ text, status }) => ({ text: showControls(text), status }));
      const done = items.filter(item => item.status === 'done').length;
      return {
        title: { ask: 'Plan', busy: 'Planning', done: 'Planned', object: plural(items.length, 'step') },
        access: [],
        effects: [],
        async run(ctx) {
          await ctx.setPlan(items);
          return {
            isError: false,
            content: `The plan is shown: ${done} of ${items.length} done.`,
            display: { kind: 'plan', items },
          };
        },
      };
    },
  };
}
