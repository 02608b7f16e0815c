/** One line of `rg --json`. The format is described in ripgrep's crate grep-printer. */
import * as z from 'zod';
import type { SearchMatch } from './host.ts';

const Text = z.union([z.object({ text: z.string() }), z.object({ bytes: z.base64() })]);
const Match = z.object({
  type: z.literal('match'),
  data: z.object({
    path: Text,
    lines: Text,
    line_number: z.number(),
    /** Bytes into the line. */
    submatches: z.array(z.object({ start: z.number() })),
  }),
});

/** Characters shown of a line. */
const LINE_LIMIT = 400;
const BEFORE_MATCH = 100;

/** Undefined for the lines that begin and end files. */
export function parseMatch(json: string): SearchMatch | undefined {
  if (!json.startsWith('{"type":"match"')) return undefined;
  const { data } = Match.parse(JSON.parse(json));
  return {
    path: textOf(data.path),
    line: data.line_number,
    text: around(textOf(data.lines).replace(/\r?\n$/, ''), data.submatches[0]?.start ?? 0),
  };
}

function textOf(part: z.infer<typeof Text>): string {
  return 'text' in part ? part.text : Buffer.from(part.bytes, 'base64').toString('latin1');
}

/** The part of a long line that holds the match. */
function around(line: string, startByte: number): string {
  if (line.length <= LINE_LIMIT) return line;
  const start = Buffer.from(line).subarray(0, startByte).toString().length;
  const from = Math.max(0, Math.min(start - BEFORE_MATCH, line.length - LINE_LIMIT));
  const to = from + LINE_LIMIT;
  return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`;
}
