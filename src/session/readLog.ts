/**
 * From the log's bytes to events, with what is missing said out loud.
 *
 * An event is validated in full before it is written (see logWriter), so a record whose checksum holds is taken as
 * it is: only its type, number and time are looked at. Parsing 10 MB with the schemas again would add half to the time
 * an open takes. Events of a type that this version does not know, and fields that it does not know, pass untouched.
 */
import type { SessionEvent } from '../protocol/events.ts';
import { blobsNamed, mayNameBlobs, putBackBlobs, readBlob } from './blobs.ts';
import type { Disk } from './disk.ts';
import { migration, type RawEvent } from './migrations.ts';
import { type RecordSpan, type Scan, scanRecords } from './record.ts';

/** Something the log once held and holds no more. */
export interface Gap {
  reason: /** Bytes on the disk changed: a bad sector, a crash of the machine, another program. */
    | 'damaged'
    /** Numbers are missing, though no bytes are damaged. */
    | 'missing'
    /** Two different events with one number: two programs wrote. The first is kept. */
    | 'conflict'
    /** A long text is gone; the event stands, with a placeholder in its place. */
    | 'blob';
  /** The number of the last event before it (of the event itself for `blob`); -1: the log begins with it. */
  afterSeq: number;
  /** How many events are gone. */
  lost: number;
}

export interface ReadLog {
  events: SessionEvent[];
  gaps: Gap[];
  /** The number of the last event, kept or not; -1 in an empty log. */
  lastSeq: number;
  /** Of the log's last events; those in `events` have today's shapes, whatever it is. */
  version: number;
  scan: Scan;
}

/** `after`: the number of the last event before these bytes, when they are the rest of a log. */
export async function readLog(bytes: Buffer, disk: Disk, blobs: string, after = -1): Promise<ReadLog> {
  const scan = scanRecords(bytes);
  const events: RawEvent[] = [];
  const gaps: Gap[] = [];
  /** Indexes of events that name blobs. */
  const holders: number[] = [];
  const spans = new Map<number, RecordSpan>();
  let last = after;
  let damaged = false;
  for (const span of scan.records) {
    damaged ||= span.afterDamage;
    const json = bytes.toString('latin1', span.start, span.end);
    const event = parse(json);
    if (!event) {
      damaged = true;
      continue;
    }
    if (event.seq <= last) {
      const first = spans.get(event.seq);
      if (!first || bytes.compare(bytes, first.start, first.end, span.start, span.end) !== 0) {
        gaps.push({ reason: 'conflict', afterSeq: last, lost: 1 });
      }
      continue;
    }
    const lost = event.seq - last - 1;
    if (lost > 0) gaps.push({ reason: damaged ? 'damaged' : 'missing', afterSeq: last, lost });
    damaged = false;
    last = event.seq;
    spans.set(last, span);
    if (mayNameBlobs(json)) holders.push(events.length);
    events.push(event);
  }
  const migrating = migration();
  // The version is checked before any other file is touched.
  const migrated = events.map(event => migrating.next(event));
  for (const index of holders) {
    const { event, complete } = await restored(migrated[index]!, disk, blobs);
    migrated[index] = event;
    if (!complete) gaps.push({ reason: 'blob', afterSeq: event.seq, lost: 0 });
  }
  const { version } = migrating;
  return { events: migrated as unknown as SessionEvent[], gaps, lastSeq: last, version, scan };
}

function parse(json: string): RawEvent | undefined {
  try {
    const event = JSON.parse(json);
    const { type, seq, at } = event;
    const wellFormed =
      typeof type === 'string' && Number.isSafeInteger(seq) && seq >= 0 && Number.isFinite(at);
    return wellFormed ? event : undefined;
  } catch {
    return undefined;
  }
}

async function restored(
  event: RawEvent,
  disk: Disk,
  blobs: string,
): Promise<{ event: RawEvent; complete: boolean }> {
  const texts = new Map<string, string>();
  let complete = true;
  for (const sha of blobsNamed(event)) {
    const text = await readBlob(disk, blobs, sha);
    complete &&= text !== undefined;
    texts.set(sha, text ?? `[A long text that stood here is missing from the session's files: ${sha}]`);
  }
  return { event: putBackBlobs(event, sha => texts.get(sha) ?? '') as RawEvent, complete };
}
