import path from 'node:path';
import * as z from 'zod';
import { type Host, HostError, type SearchMatch, type SearchQuery, type SearchResult } from '../host/host.ts';
import { showControls } from '../protocol/plainText.ts';
import { quickExclusions, secretName } from '../protocol/secretNames.ts';
import { toFailure } from './failures.ts';
import type { ToolKit } from './kit.ts';
import { demandSamePlace, locate, shownPath } from './place.ts';
import description from './searchText.md';
import type { Tool, ToolResult } from './tool.ts';
import { oneLine, plural } from './words.ts';

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

type Input = z.infer<typeof SearchTextInput>;

/** Characters of all matches together. */
const MOST_TEXT = 32_000;
const SAMPLE_LINES = 50;

export function searchTextTool({ host }: ToolKit): Tool<Input> {
  return {
    name: 'search_text',
    description,
    input: SearchTextInput,
    readOnly: true,
    async prepare(input) {
      const place = await locate(host, input.path ?? '.');
      const where = [...(input.path === undefined ? [] : [place.shown]), ...(input.globs ?? [])];
      const query: SearchQuery = {
        pattern: input.pattern,
        regex: input.regex ?? true,
        caseSensitive: input.case_sensitive ?? true,
        path: place.real,
        globs: [...(input.globs ?? []), ...quickExclusions.map(glob => `!${glob}`)],
        leaveOut: file => file !== place.real && isSecret(place.real, file),
        maxMatches: input.max ?? 100,
      };
      return {
        title: {
          ask: 'Search',
          busy: 'Searching',
          done: 'Searched',
          object: oneLine(input.pattern),
          ...(where.length > 0 && { detail: oneLine(`in ${where.join(', ')}`) }),
        },
        access: [{ kind: 'read', path: place.given }],
        effects: [],
        async run({ signal }) {
          try {
            await demandSamePlace(host, place);
            const found = await search(host, query, input.regex === undefined, signal);
            return describe(host, query, found);
          } catch (error) {
            throw toFailure(error, place.shown);
          }
        },
      };
    },
  };
}

/** The rule itself; what ripgrep is told to exclude only spares it opening most of these files. */
function isSecret(searched: string, file: string): boolean {
  const within = path.relative(searched, file).toLowerCase().split(path.sep);
  const named = file.toLowerCase().split(path.sep).slice(-2);
  return secretName(within) !== undefined || secretName(named) !== undefined;
}

/** `f(` without a word on what it is meant to be is no regular expression; then it is looked for as it stands. */
async function search(host: Host, query: SearchQuery, mayBePlain: boolean, signal: AbortSignal) {
  try {
    return await host.search(query, signal);
  } catch (error) {
    if (!mayBePlain || !(error instanceof HostError) || error.code !== 'badPattern') throw error;
    return { ...(await host.search({ ...query, regex: false }, signal)), plain: true };
  }
}

function describe(host: Host, query: SearchQuery, found: SearchResult & { plain?: boolean }): ToolResult {
  const line = (match: SearchMatch) =>
    `${shownPath(host.roots, match.path)}:${match.line}: ${showControls(match.text).replaceAll('\r', '')}`;
  const lines: string[] = [];
  let length = 0;
  for (const text of found.matches.map(line)) {
    length += text.length + 1;
    if (length > MOST_TEXT) break;
    lines.push(text);
  }
  const limited = found.limited || lines.length < found.matches.length;
  const files = new Set(found.matches.map(match => match.path)).size;
  const notes: string[] = [];
  if (found.plain) notes.push('[not a valid regular expression: searched for it as plain text]');
  if (limited) notes.push(`[only the first ${plural(lines.length, 'match', 'matches')}; narrow the search]`);
  if (lines.length === 0)
    notes.push(
      `No match${limited ? ' before the time limit' : ''}. Ignored and binary files are not searched.`,
    );
  return {
    isError: false,
    content: [...lines, ...notes].join('\n'),
    display: {
      kind: 'matches',
      pattern: query.pattern,
      count: found.matches.length,
      files,
      sample: lines.slice(0, SAMPLE_LINES).join('\n'),
      limited,
    },
  };
}
