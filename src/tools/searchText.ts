import * as z from 'zod';

export const SearchTextInput = z.object({
  pattern: z
    .string()
    .min(1)
    .describe('Regular expression (ripgrep syntax), or plain text when regex is false.'),
  path: z.string().optional().describe('Directory or file to search. Default: the workspace folder.'),
  globs: z
    .array(z.string().min(1))
    .optional()
    .describe('Only files that match one of these, such as "*.ts"; a leading "!" excludes.'),
  regex: z.boolean().optional().describe('Whether pattern is a regular expression. Default: true.'),
  case_sensitive: z.boolean().optional().describe('Default: true.'),
  max: z.int().min(1).max(1000).optional().describe('Most matches to return, up to 1000. Default: 100.'),
});
