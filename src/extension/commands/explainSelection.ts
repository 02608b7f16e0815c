import { attachSelection } from '../prompts/pieces.ts';
import { EXPLAIN_SELECTION } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const explainSelection: Command = {
  title: 'Explain with Ascent',
  run: async (app, uri, range) => app.request(EXPLAIN_SELECTION, [await attachSelection(uri, range)]),
};
