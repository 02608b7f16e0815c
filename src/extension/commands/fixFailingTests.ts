import { FIX_FAILING_TESTS } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const fixFailingTests: Command = {
  title: 'Fix Failing Tests',
  run: app => app.request(FIX_FAILING_TESTS),
};
