import * as z from 'zod';

export const ListFilesInput = z.object({
  path: z.string().optional().describe('Directory to list. Default: the workspace folder.'),
  depth: z.int().min(1).max(5).optional().describe('How many levels to show, 1 to 5. Default: 1.'),
});
