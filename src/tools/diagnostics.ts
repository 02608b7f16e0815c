import * as z from 'zod';

export const DiagnosticsInput = z.object({
  paths: z.array(z.string().min(1)).optional().describe('Files to look at. Default: all.'),
});
