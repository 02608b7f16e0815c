import * as z from 'zod';

export const FindFilesInput = z.object({
  globs: z
    .array(z.string().min(1))
    .min(1)
    .describe('Globs such as "*.test.ts" or "src/**/*.{js,ts}"; a leading "!" excludes.'),
  path: z.string().optional().describe('Directory to look in. Default: the workspace folder.'),
});
