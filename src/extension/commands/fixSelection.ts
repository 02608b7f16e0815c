import { attachSelection } from '../prompts/pieces.ts';
import { FIX_SELECTION } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const fixSelection: Command = {
  title: 'Fix with Ascent',
  run: async (app, uri, range) => app.request(FIX_SELECTION, [await attachSelection(uri, range)]),
};
