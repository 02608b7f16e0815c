import * as z from 'zod';
import { showControls } from '../protocol/plainText.ts';
import description from './askUser.md';
import type { ToolKit } from './kit.ts';
import type { Tool } from './tool.ts';
import { oneLine } from './words.ts';

export const AskUserInput = z.object({
  question: z.string().min(1).describe('One question, with what the person needs to know to answer it.'),
  options: z
    .array(z.string().min(1))
    .optional()
    .describe('Answers to choose from; the person may also write another.'),
});

export function askUserTool(_kit: ToolKit): Tool<z.infer<typeof AskUserInput>> {
  return {
    name: 'ask_user',
    description,
    input: AskUserInput,
    readOnly: false,
    async prepare(input) {
      const question = showControls(input.question);
      const options = (input.options ?? []).map(showControls);
      return {
        title: { ask: 'Ask', busy: 'Asking', done: 'Asked', object: oneLine(question) },
        access: [],
        effects: [],
        async run(ctx) {
          const answer = await ctx.ask(question, options);
          return {
            isError: false,
            content: answer,
            display: { kind: 'question', question, options, answer },
          };
        },
      };
    },
  };
}
