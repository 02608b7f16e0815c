/** A log's life on the simulated disk, cut off by power losses, and what must be there afterwards. */
import { expect } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { BLOB_LIMIT } from '../../src/session/blobs.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { intent, message, notice, result } from './events.ts';
import { type SimulatedDisk, seeded, simulatedDisk } from './simulatedDisk.ts';

/** What was promised, and when: at journal length `at`, everything up to `seq` was said to be durable. */
interface Promised {
  at: number;
  seq: number;
}

export interface Run {
  disk: SimulatedDisk;
  sent: Map<number, SessionEvent>;
  promised: Promised[];
}

/** Appends with a seed's mix of sizes, durability and overlap. */
export async function writeFor(disk: SimulatedDisk, random: () => number, appends: number): Promise<Run> {
  const sent = new Map<number, SessionEvent>();
  const promised: Promised[] = [];
  const log = await openLog('/s', { write: true, disk, now: () => 1 });
  const { events } = log;
  for (const event of events) sent.set(event.seq, event);
  // Opening for writing syncs what it read: from now on it is promised.
  if (events.length) promised.push({ at: disk.journal.length, seq: events.at(-1)!.seq });
  let overlapping: Promise<void>[] = [];
  for (let i = 0; i < appends; i++) {
    const synced = random() < 0.4;
    const appended = log.append(anyEvent(random), synced ? 'synced' : 'buffered').then(event => {
      sent.set(event.seq, event);
      if (synced) promised.push({ at: disk.journal.length, seq: event.seq });
    });
    overlapping.push(appended);
    if (random() < 0.5) {
      await Promise.all(overlapping);
      overlapping = [];
    }
  }
  await Promise.all(overlapping);
  if (random() < 0.3) await log.close();
  return { disk, sent, promised };
}

function anyEvent(random: () => number): NewEvent {
  const kind = random();
  const text = `${Math.floor(random() * 1e9)} `;
  if (kind < 0.3) return notice(text);
  if (kind < 0.5) return intent;
  if (kind < 0.7) return message(text.repeat(20));
  if (kind < 0.93) return result(text.repeat(400));
  return result((kind < 0.96 ? text : 'the same ').repeat(BLOB_LIMIT));
}

/** What was sent and promised by the time of the journal's length `at`. */
export function acknowledged({ sent, promised }: Run, at: number): SessionEvent[] {
  const last = Math.max(-1, ...promised.filter(p => p.at <= at).map(p => p.seq));
  return [...sent.values()].filter(event => event.seq <= last);
}

/** All that was promised is there, nothing is there that was not sent, and it can be gone on with. */
export async function check(
  crashed: SimulatedDisk,
  promised: SessionEvent[],
  sent: Run['sent'][],
): Promise<void> {
  const log = await openLog('/s', { write: true, disk: crashed, now: () => 1 });
  const found = new Map(log.events.map(event => [event.seq, event]));
  for (const event of promised) expect(found.get(event.seq)).toEqual(event);
  const lostTexts = new Set(log.gaps.filter(gap => gap.reason === 'blob').map(gap => gap.afterSeq));
  for (const event of log.events) {
    const sources = sent.map(events => events.get(event.seq)).filter(source => source !== undefined);
    if (!lostTexts.has(event.seq)) expect(sources).toContainEqual(event);
  }
  const next = await log.append(notice('goes on'), 'synced');
  await log.close();
  const reopened = await openLog('/s', { write: false, disk: crashed });
  expect(reopened.events).toEqual([...log.events, next]);
}

/** One log, and `crashes` moments at which the power goes: each time once, and again while the log is repaired. */
export async function losePower(seed: number, crashes: number): Promise<void> {
  const random = seeded(seed);
  const first = await writeFor(simulatedDisk(), random, 25);
  for (let n = 0; n < crashes; n++) {
    const at = Math.floor(random() * (first.disk.journal.length + 1));
    const promised = acknowledged(first, at);
    await check(first.disk.crash(at, random), promised, [first.sent]);

    const second = await writeFor(first.disk.crash(at, random), random, 3);
    const again = Math.floor(random() * (second.disk.journal.length + 1));
    const all = [...promised, ...acknowledged(second, again)];
    await check(second.disk.crash(again, random), all, [second.sent, first.sent]);
  }
}
