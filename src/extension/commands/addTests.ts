import { attachSelection } from '../prompts/pieces.ts';
import { ADD_TESTS } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const addTests: Command = {
  title: 'Add Tests with Ascent',
  run: async (app, uri, range) => app.request(ADD_TESTS, [await attachSelection(uri, range)]),
};
