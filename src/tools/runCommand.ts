import * as z from 'zod';

export const RunCommandInput = z.object({
  command: z.string().min(1).describe('Command line for bash.'),
  cwd: z.string().optional().describe('Directory to run in. Default: the workspace folder.'),
  timeout_seconds: z.int().min(1).optional().describe('Time limit. Default: 120.'),
});
