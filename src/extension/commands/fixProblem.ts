import { attachProblem } from '../prompts/pieces.ts';
import { FIX_PROBLEM } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const fixProblem: Command = {
  title: 'Fix Problem with Ascent',
  run: async (app, uri, range) => app.request(FIX_PROBLEM, [await attachProblem(uri, range)]),
};
