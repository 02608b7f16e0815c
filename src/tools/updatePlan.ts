import * as z from 'zod';

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
