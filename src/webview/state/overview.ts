/** The run as one strip: what it did, by time. */
import type { ToolItem, TranscriptItem } from '../../protocol/transcript.ts';

export type Kind = 'failed' | 'edit' | 'run' | 'look' | 'think';
/** Drawn wherever they were, the first of several: what changes something must not vanish beside what looks. */
const FOREMOST: readonly Kind[] = ['failed', 'edit', 'run'];

/** Places in the strip. */
const PLACES = 120;
/** Of the whole, what the shortest call gets: it must not vanish beside minutes of thinking. */
const LEAST = 1 / 240;

export interface Overview {
  places: readonly Kind[];
  /** How many of each kind there are, and how long they took together; milliseconds. */
  sums: ReadonlyMap<Kind, { count: number; ms: number }>;
}

/** Calls that neither look nor change anything (the plan, a question) have no place in it. */
const LOOKS = /^(read|list|find|search|recall|diagnostics|fetch)/;
const EDITS = /^(write|edit)/;

function kindOf(item: TranscriptItem): Kind | undefined {
  if (item.kind === 'thinking') return 'think';
  if (item.kind !== 'tool' || item.state === 'waiting' || item.state === 'approval') return undefined;
  if (item.state === 'failed' || item.state === 'denied' || endedBadly(item)) return 'failed';
  if (item.name === 'run_command') return 'run';
  if (EDITS.test(item.name)) return 'edit';
  return LOOKS.test(item.name) ? 'look' : undefined;
}

const endedBadly = ({ display }: ToolItem) =>
  display?.kind === 'command' && display.outcome !== undefined && display.outcome.exitCode !== 0;

export function overviewOf(items: readonly TranscriptItem[]): Overview {
  const sums = new Map<Kind, { count: number; ms: number }>();
  const parts: { kind: Kind; ms: number }[] = [];
  let total = 0;
  for (const item of items) {
    const kind = kindOf(item);
    if (!kind) continue;
    const ms = ('durationMs' in item && item.durationMs) || 0;
    parts.push({ kind, ms });
    total += ms;
    const { count, ms: sum } = sums.get(kind) ?? { count: 0, ms: 0 };
    sums.set(kind, { count: count + 1, ms: sum + ms });
  }
  const widths = parts.map(part => Math.max(part.ms, total * LEAST, 1));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  /** What each place is made of, by width. */
  const shares: Map<Kind, number>[] = [];
  let at = 0;
  parts.forEach(({ kind }, i) => {
    const end = Math.min(PLACES, ((at + widths[i]!) / whole) * PLACES);
    for (let from = (at / whole) * PLACES; from < end; from = Math.floor(from) + 1) {
      const place = Math.floor(from);
      const share = shares[place] ?? new Map<Kind, number>();
      shares[place] = share.set(kind, (share.get(kind) ?? 0) + Math.min(end, place + 1) - from);
    }
    at += widths[i]!;
  });
  const places = shares.map(foremost);
  return { places, sums };
}

function foremost(share: ReadonlyMap<Kind, number>): Kind {
  const most = [...share].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return FOREMOST.find(kind => share.has(kind)) ?? most;
}
