import * as z from 'zod';

export const ReadFileInput = z.object({
  path: z.string().min(1).describe('File to read, relative to the workspace folder or absolute.'),
  start_line: z.int().min(1).optional().describe('First line, counted from 1. Default: 1.'),
  end_line: z.int().min(1).optional().describe('Last line, included. Default: as far as the limits go.'),
});
