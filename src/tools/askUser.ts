import * as z from 'zod';

export const AskUserInput = z.object({
  question: z.string().min(1).describe('One question, with what the person needs to know to answer it.'),
  options: z
    .array(z.string().min(1))
    .optional()
    .describe('Answers to choose from; the person may also write another.'),
});
