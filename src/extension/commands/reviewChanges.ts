import { REVIEW_CHANGES } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const reviewChanges: Command = {
  title: 'Review Changes',
  run: app => app.request(REVIEW_CHANGES),
};
