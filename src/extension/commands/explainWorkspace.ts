import { EXPLAIN_WORKSPACE } from '../prompts/tasks.ts';
import type { Command } from './commands.ts';

export const explainWorkspace: Command = {
  title: 'Explain Workspace',
  run: app => app.request(EXPLAIN_WORKSPACE),
};
