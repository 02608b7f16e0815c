/** What the list shows of a session, kept beside its log so that a listing reads only what came since. */
import * as z from 'zod';
import { addMoney } from '../protocol/ledger.ts';
import { Money } from '../protocol/message.ts';
import { dayOf } from './day.ts';
import type { Disk } from './disk.ts';
import { scanRecords } from './record.ts';
import { Reservation, reserve } from './reservations.ts';

const Summary = z.object({
  /** Bytes of the log that this sums up. */
  size: z.number(),
  /** The number of the last event that counted: a tail that was written twice is paid once. */
  lastSeq: z.number(),
  /** The folders it works in. */
  roots: z.array(z.string()),
  /** As given, else the first line of the first message. */
  title: z.string(),
  /** Milliseconds since the epoch: the last event's time. */
  updatedAt: z.number(),
  /** A person said something. */
  begun: z.boolean(),
  /** The last turn has not ended: it runs, or was cut short. */
  turnOpen: z.boolean(),
  /** What was paid, by local day. */
  paid: z.record(z.string(), z.array(Money)),
  reserved: z.array(Reservation),
});
export type Summary = z.infer<typeof Summary>;

const TITLE_LIMIT = 80;
const NONE: Summary = {
  size: 0,
  lastSeq: -1,
  roots: [],
  title: '',
  updatedAt: 0,
  begun: false,
  turnOpen: false,
  paid: {},
  reserved: [],
};
/** Records of other types are never parsed. */
const TELLING =
  /^\{"type":"(?:session\.(?:started|titled)|user\.message|turn\.(?:started|ended)|assistant\.message|request\.(?:paid|reserved)|context\.summarised)"/;
const LONGEST_TELLING = 32;
const PAID = new Set(['assistant.message', 'request.paid', 'context.summarised']);

/** `last`: what the caller knows already. Undefined when there is no log, or nothing in it yet. */
export async function summarize(
  disk: Disk,
  log: string,
  cache: string,
  last?: Summary,
): Promise<Summary | undefined> {
  const stat = await disk.stat(log);
  if (!stat || stat.size === 0) return undefined;
  if (last?.size === stat.size) return last;
  const before = last ?? (await cached(disk, cache));
  const known = before && before.size <= stat.size ? before : NONE;
  if (known.size === stat.size) return known;
  const bytes = await disk.read(log, known.size);
  const summary = bytes && foldIn(known, bytes);
  if (!summary || summary.updatedAt === 0) return undefined;
  // A list that cannot be cached is a list all the same.
  await remember(disk, cache, summary).catch(() => {});
  return summary;
}

function foldIn(known: Summary, bytes: Buffer): Summary {
  const { records, end } = scanRecords(bytes);
  const summary = { ...known, paid: { ...known.paid }, size: known.size + end };
  for (const [index, { start, end }] of records.entries()) {
    const isLast = index === records.length - 1;
    const opening = bytes.toString('latin1', start, Math.min(end, start + LONGEST_TELLING));
    if (!isLast && !TELLING.test(opening)) continue;
    const event = JSON.parse(bytes.toString('latin1', start, end));
    if (!(event.seq > summary.lastSeq)) continue;
    summary.lastSeq = event.seq;
    if (typeof event.at === 'number') summary.updatedAt = event.at;
    summary.reserved = [...reserve(summary.reserved, event)];
    if (PAID.has(event.type)) {
      const day = dayOf(event.at);
      summary.paid[day] = addMoney(summary.paid[day] ?? [], event.cost);
    } else if (event.type === 'turn.started') summary.turnOpen = true;
    else if (event.type === 'turn.ended') summary.turnOpen = false;
    else if (event.type === 'session.started') summary.roots = event.roots;
    else if (event.type === 'session.titled') summary.title = String(event.title);
    else if (event.type === 'user.message') {
      summary.begun = true;
      summary.title ||= firstLine(event.text);
    }
  }
  return summary;
}

/** A text so long that it lies in a blob gives no title. */
function firstLine(text: unknown): string {
  const line = typeof text === 'string' ? text.trim().split('\n', 1)[0]!.trim() : '';
  return line.length > TITLE_LIMIT ? `${line.slice(0, TITLE_LIMIT - 1)}…` : line;
}

async function cached(disk: Disk, path: string): Promise<Summary | undefined> {
  try {
    const bytes = await disk.read(path);
    return bytes && Summary.parse(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}

async function remember(disk: Disk, path: string, summary: Summary): Promise<void> {
  const file = await disk.open(path, 'create');
  try {
    const bytes = Buffer.from(JSON.stringify(summary));
    await file.truncate(0);
    file.write(bytes, 0);
  } finally {
    await file.close();
  }
}
