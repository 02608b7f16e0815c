/**
 * From a file that anybody may have written to events that may be looked at. Nothing in it is believed: sizes, depth and
 * counts are checked before anything is parsed, every event passes its schema, fields and kinds of events that this version
 * does not know are dropped, and the fold that people see runs once, here, where a failure costs nothing.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { SessionEvent } from '../../protocol/events.ts';
import { applyEvent, emptyTranscript } from '../../protocol/transcript.ts';
import { SessionError } from '../error.ts';
import { migration, type RawEvent } from '../migrations.ts';
import { ExportHeader, ExportTrailer, FORMAT } from './format.ts';
import { jsonDepth } from './jsonDepth.ts';

export const LIMITS = {
  /** Bytes of the file, and of one line. */
  file: 256 * 1024 ** 2,
  line: 64 * 1024 ** 2,
  events: 1_000_000,
  depth: 64,
  /** Messages and questions that wait at the same time: people make them, one by one. */
  waiting: 1_000,
  /** The last millisecond that a Date can hold. */
  time: 8.64e15,
} as const;

export interface ReadExport {
  header: ExportHeader;
  events: SessionEvent[];
  /** Of the whole file, hex. */
  sha256: string;
  /** Events of kinds that only a later version knows. */
  dropped: number;
}

export const tooLarge = () => bad(undefined, `The file is larger than ${LIMITS.file / 1024 ** 2} MB.`);

/** Throws SessionError `badFile` with the number of the line, or `newer`. */
export function readExport(bytes: Buffer): ReadExport {
  if (bytes.length > LIMITS.file) throw tooLarge();
  const lines = linesOf(bytes);
  const header = headerOf(lines[0]);
  const body = lines.slice(1, -1);
  const trailer = trailerOf(lines, body.length);
  const events: SessionEvent[] = [];
  const migrating = migration();
  let last = -1;
  let dropped = 0;
  for (const [index, line] of body.entries()) {
    const number = index + 2;
    const raw = eventOf(line, number);
    if (raw.seq <= last) throw bad(number, `Event ${raw.seq} stands behind event ${last}.`);
    last = raw.seq;
    if ((index === 0) !== (raw.type === 'session.started'))
      throw bad(
        number,
        index ? 'A second session begins here.' : 'The session does not begin with its first event.',
      );
    const today = migrating.next(raw);
    const parsed = SessionEvent.safeParse(today);
    if (parsed.success) events.push(parsed.data);
    else if (KNOWN.has(today.type)) throw bad(number, `The event is not valid: ${firstIssue(parsed.error)}`);
    else dropped++;
  }
  const [started] = events;
  if (started?.type !== 'session.started') throw bad(2, 'The file holds no session.');
  if (started.id !== header.id) throw bad(2, 'The session has another id than the file says.');
  const sha256 = createHash('sha256').update(bytes.subarray(0, trailer.start)).digest('hex');
  if (sha256 !== trailer.sha256)
    throw bad(
      lines.length,
      'The checksum does not fit: the file was changed or damaged after it was written.',
    );
  demandFoldable(events);
  return { header, events, sha256: createHash('sha256').update(bytes).digest('hex'), dropped };
}

interface Line {
  start: number;
  text(): string;
  bytes: number;
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    const from = start;
    if (end - from > LIMITS.line)
      throw bad(lines.length + 1, `The line is longer than ${LIMITS.line / 1024 ** 2} MB.`);
    lines.push({ start: from, bytes: end - from, text: () => bytes.toString('utf8', from, end) });
    if (lines.length > LIMITS.events + 2)
      throw bad(lines.length, `The file holds more than ${LIMITS.events.toLocaleString('en')} events.`);
    start = end + 1;
  }
  return lines;
}

function parsedLine(line: Line, number: number): unknown {
  const text = line.text();
  if (jsonDepth(text) > LIMITS.depth) throw bad(number, `It nests deeper than ${LIMITS.depth} levels.`);
  try {
    return JSON.parse(text);
  } catch {
    throw bad(number, 'It is not JSON: the file was cut off or changed there.');
  }
}

function headerOf(line: Line | undefined): ExportHeader {
  const notOurs = 'This is not an exported session of Ascent.';
  if (!line) throw bad(undefined, 'The file is empty.');
  let value: unknown;
  try {
    value = parsedLine(line, 1);
  } catch {
    throw bad(1, notOurs);
  }
  const { type, format } = (value ?? {}) as Partial<Record<'type' | 'format', unknown>>;
  if (type !== 'ascent.export') throw bad(1, notOurs);
  if (typeof format === 'number' && format > FORMAT)
    throw new SessionError(
      'newer',
      `This file was written by a later version of Ascent (format ${format}, this Ascent reads up to ${FORMAT}). Update Ascent to open it.`,
    );
  const header = ExportHeader.safeParse(value);
  if (!header.success) throw bad(1, `The header is not valid: ${firstIssue(header.error)}`);
  return header.data;
}

function trailerOf(
  lines: readonly Line[],
  events: number,
): z.infer<typeof ExportTrailer> & { start: number } {
  const line = lines.at(-1)!;
  const cutOff = bad(lines.length, 'The file ends here, before its last line: it was cut off.');
  if (lines.length < 2 || line.bytes > 1000) throw cutOff;
  let value: unknown;
  try {
    value = parsedLine(line, lines.length);
  } catch {
    throw cutOff;
  }
  const trailer = ExportTrailer.safeParse(value);
  if (!trailer.success) throw cutOff;
  if (trailer.data.events !== events)
    throw bad(lines.length, `The file holds ${events} events, and should hold ${trailer.data.events}.`);
  return { ...trailer.data, start: line.start };
}

const Envelope = z.object({
  type: z.string().min(1).max(100),
  seq: z.number().int().nonnegative(),
  at: z.number().min(0).max(LIMITS.time),
});

function eventOf(line: Line, number: number): RawEvent {
  const value = parsedLine(line, number);
  const envelope = Envelope.safeParse(value);
  if (!envelope.success) throw bad(number, `The event is not valid: ${firstIssue(envelope.error)}`);
  return value as RawEvent;
}

const KNOWN: ReadonlySet<string> = new Set(SessionEvent.options.map(option => option.shape.type.value));

/**
 * What passes its schema may still not fit together; a view must never find that out. The other folds are for a session
 * that goes on, which an imported one never does, and some of them take time and memory that a file could run away with.
 */
function demandFoldable(events: readonly SessionEvent[]): void {
  const transcript = emptyTranscript();
  for (const [index, event] of events.entries()) {
    try {
      applyEvent(transcript, event);
    } catch (cause) {
      throw bad(index + 2, 'The event does not fit the ones before it.', cause);
    }
    const { pending, queue } = transcript.head;
    if (pending.length + queue.length > LIMITS.waiting)
      throw bad(
        index + 2,
        `More than ${LIMITS.waiting.toLocaleString('en')} messages and questions wait here.`,
      );
  }
}

function firstIssue({ issues }: z.ZodError): string {
  const { path, message } = issues[0]!;
  return `${path.length ? `${path.join('.')}: ` : ''}${message}`.slice(0, 200);
}

function bad(line: number | undefined, what: string, cause?: unknown): SessionError {
  const where = line === undefined ? '' : `Line ${line}: `;
  return new SessionError('badFile', `${where}${what}`, cause);
}
