import * as z from 'zod';

export const WriteFileInput = z.object({
  path: z.string().min(1).describe('File to write, relative to the workspace folder or absolute.'),
  content: z.string().describe('The complete new content of the file.'),
});
