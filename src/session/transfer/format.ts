/**
 * The file that holds one session for somebody else: JSON lines in plain ASCII.
 *
 *     {"type":"ascent.export","format":1,"id":"20261123-143005-x7k2","title":"...","exportedAt":"...","events":312,"leftOut":{...}}
 *     {"type":"session.started","seq":0,"at":1767225600000, ...}
 *     ...                                    one event a line, with all its texts
 *     {"type":"ascent.end","events":312,"sha256":"<of all bytes before this line>"}
 *
 * For people: docs/sessions.md. Why so: docs/adr/0010.
 */
import * as z from 'zod';
import { isSessionId } from '../ids.ts';

/** Of the file itself; its events have the log's version. */
export const FORMAT = 1;
export const EXTENSION = '.ascent.jsonl';

export const ExportHeader = z.object({
  type: z.literal('ascent.export'),
  format: z.literal(FORMAT),
  /** Of the session that was exported. */
  id: z.string().refine(isSessionId, 'It is not the name of a session.'),
  title: z.string().max(1000),
  /** ISO 8601. */
  exportedAt: z.string().max(40),
  events: z.number().int().nonnegative(),
  /** Different secrets that were replaced, and the places they stood in. */
  leftOut: z.object({ secrets: z.number().int().nonnegative(), places: z.number().int().nonnegative() }),
});
export type ExportHeader = z.infer<typeof ExportHeader>;

export const ExportTrailer = z.object({
  type: z.literal('ascent.end'),
  events: z.number().int().nonnegative(),
  /** Hex; of every byte before this line. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
