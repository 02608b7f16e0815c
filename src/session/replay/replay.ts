/**
 * A session as it was at any of its moments: the transcript's fold over a prefix of the events. Nothing runs, nobody is
 * asked, no backend is needed.
 *
 * Going back folds anew from the start: all of a 300-step session takes a few milliseconds. For each moment it is known
 * from which item on it changes the timeline, so whoever draws it needs only what differs.
 */
import type { SessionEvent } from '../../protocol/events.ts';
import { addMoney, ledgerEntry } from '../../protocol/ledger.ts';
import type { Money } from '../../protocol/message.ts';
import {
  applyEvent,
  emptyTranscript,
  type SessionHead,
  type Transcript,
  type TranscriptItem,
} from '../../protocol/transcript.ts';

export interface ReplayStep {
  /** Counted through the session, from 1, as checkpoints count them. */
  step: number;
  /** The turn it belongs to, counted from 1. */
  turn: number;
  /** The moment at which all of it has happened. */
  end: number;
  /** When it began; milliseconds since the epoch. */
  at: number;
  /** What it cost, one entry a currency. */
  cost: Money[];
}

export interface ReplayTurn {
  /** Counted from 1. */
  turn: number;
  /** The moment at which its message stands there. */
  start: number;
  /** What the person said. */
  text: string;
}

export interface Replay {
  /** Moments there are; 0 stands before the first. Each is something that people see change. */
  readonly moments: number;
  readonly steps: readonly ReplayStep[];
  readonly turns: readonly ReplayTurn[];
  readonly position: number;
  /** As of `position`. */
  readonly transcript: Transcript;
  /** When the moment was; milliseconds since the epoch. Moment 0 has the time of the first. */
  timeOf(moment: number): number;
  /** Goes there, within the bounds. Items before `from` are as they were; `items` stand from there on. */
  seek(moment: number): { from: number; items: TranscriptItem[]; head: SessionHead };
}

export function createReplay(events: readonly SessionEvent[]): Replay {
  /** Of each moment from 1 on: one past its last event, and the first item that it changes. */
  const ends: number[] = [];
  const firstChanged: number[] = [];
  const { steps, turns } = look(events, ends, firstChanged);
  const moments = ends.length;
  let position = 0;
  let transcript = emptyTranscript();
  let applied = 0;

  return {
    moments,
    steps,
    turns,
    get position() {
      return position;
    },
    get transcript() {
      return transcript;
    },
    timeOf: moment => events[(ends[Math.max(0, moment - 1)] ?? 1) - 1]?.at ?? 0,
    seek(moment) {
      const to = Math.max(0, Math.min(moments, Math.trunc(moment) || 0));
      const passed = firstChanged.slice(Math.min(position, to), Math.max(position, to));
      const from = passed.reduce((least, index) => Math.min(least, index), transcript.items.length);
      if (to < position) {
        transcript = emptyTranscript();
        applied = 0;
      }
      for (const end = to ? ends[to - 1]! : 0; applied < end; applied++)
        applyEvent(transcript, events[applied]!);
      position = to;
      return { from, items: transcript.items.slice(from), head: transcript.head };
    },
  };
}

/** One fold over everything: where its moments, steps and turns are. */
function look(events: readonly SessionEvent[], ends: number[], firstChanged: number[]) {
  const steps: ReplayStep[] = [];
  const turns: ReplayTurn[] = [];
  const transcript = emptyTranscript();
  let earlier = 0;
  let stepsSoFar = 0;
  let pendingFirst = Number.POSITIVE_INFINITY;
  const closeStep = () => {
    const last = steps.at(-1);
    if (last) last.end = ends.length;
  };
  events.forEach((e, index) => {
    const length = transcript.items.length;
    const change = applyEvent(transcript, e);
    for (const item of change.items) pendingFirst = Math.min(pendingFirst, indexOf(transcript, item, length));
    const isLast = index === events.length - 1;
    if (e.type === 'turn.started') {
      closeStep();
      earlier = stepsSoFar;
      turns.push({ turn: turns.length + 1, start: ends.length, text: '' });
    }
    if (e.type === 'step.started') {
      stepsSoFar = earlier + e.step;
      // A step that was cut off is taken again, and counts once.
      if (steps.at(-1)?.step !== stepsSoFar) {
        closeStep();
        steps.push({ step: stepsSoFar, turn: turns.length, end: ends.length, at: e.at, cost: [] });
      }
    }
    const last = steps.at(-1);
    const paid = ledgerEntry(e)?.cost;
    if (last && paid) last.cost = addMoney(last.cost, paid);
    if (!change.items.length && e.type !== 'plan.updated' && !isLast) return;
    ends.push(index + 1);
    firstChanged.push(Math.min(pendingFirst, transcript.items.length));
    pendingFirst = Number.POSITIVE_INFINITY;
    const turn = turns.at(-1);
    if (e.type === 'user.message' && !e.steer && turn && !turn.text)
      Object.assign(turn, { start: ends.length, text: e.text });
  });
  closeStep();
  return { steps, turns };
}

/** A changed item is most often among the last ones. */
function indexOf({ items, calls }: Transcript, item: TranscriptItem, length: number): number {
  if (item.kind === 'tool') return calls.get(item.callId) ?? 0;
  const at = items.lastIndexOf(item);
  return at < 0 ? length : at;
}
