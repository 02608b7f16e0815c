/** Where a session that was run again leaves the recorded one, in words for people. */
import { structuredPatch } from 'diff';
import type { NewEvent, SessionEvent } from '../../protocol/events.ts';

export interface Difference {
  /** The number of the recorded event; undefined: the log ends. */
  seq: number | undefined;
  kind: /** Both have an event here, and it is not the same. */
    | 'differs'
    /** The log has an event that the loop does not produce. */
    | 'missing'
    /** A request does not begin with the one before. */
    | 'prefix';
  recorded?: SessionEvent;
  produced?: NewEvent;
  /** Several lines. */
  text: string;
}

/** Undefined when they say the same: apart from number, time, nonces and how long something took. */
export function differenceOf(recorded: SessionEvent, produced: NewEvent): Difference | undefined {
  const paths = [...differing(comparable(recorded), comparable(produced))];
  if (!paths.length) return undefined;
  const where = `Event ${recorded.seq} (${nameOf(recorded)})`;
  if (recorded.type !== produced.type)
    return {
      seq: recorded.seq,
      kind: 'differs',
      recorded,
      produced,
      text: `${where}: here the loop produces ${nameOf(produced)}.`,
    };
  const lines = paths.slice(0, MOST_PATHS).flatMap(([path, a, b]) => [`  ${path}`, ...sides(a, b)]);
  if (paths.length > MOST_PATHS) lines.push(`  and ${paths.length - MOST_PATHS} more`);
  return {
    seq: recorded.seq,
    kind: 'differs',
    recorded,
    produced,
    text: [`${where} differs:`, ...lines].join('\n'),
  };
}

export function missing(recorded: SessionEvent, produced: NewEvent | undefined, state: string): Difference {
  const instead = produced ? `it is about to produce ${nameOf(produced)}` : state;
  return {
    seq: recorded.seq,
    kind: 'missing',
    recorded,
    ...(produced && { produced }),
    text: `Event ${recorded.seq} (${nameOf(recorded)}) is not produced by the loop: ${instead}.`,
  };
}

const MOST_PATHS = 6;
const MOST_LINES = 24;
const LONGEST = 200;

function nameOf(e: SessionEvent | NewEvent): string {
  const about =
    'callId' in e ? ` of ${e.callId}` : 'step' in e ? ` ${e.step}` : 'reason' in e ? `, ${e.reason}` : '';
  return `${e.type}${about}`;
}

type Plain = Record<string, unknown>;

function comparable(e: SessionEvent | NewEvent): Plain {
  const { seq: _s, at: _a, nonce: _n, durationMs: _d, ...rest } = e as unknown as Plain;
  // As the log would hold it: without what is undefined.
  return JSON.parse(JSON.stringify(rest));
}

type Pair = [path: string, recorded: unknown, produced: unknown];

function* differing(a: unknown, b: unknown, path = ''): Generator<Pair> {
  if (a === b) return;
  if (!isHolder(a) || !isHolder(b) || Array.isArray(a) !== Array.isArray(b)) {
    yield [path || 'event', a, b];
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    yield* differing(a[key], b[key], path ? `${path}.${key}` : key);
}

const isHolder = (value: unknown): value is Plain => typeof value === 'object' && value !== null;

/** Texts of several lines as a diff, all else side by side. */
function sides(recorded: unknown, produced: unknown): string[] {
  if (typeof recorded === 'string' && typeof produced === 'string' && (recorded + produced).includes('\n')) {
    const { hunks } = structuredPatch('', '', recorded, produced, '', '', {
      context: 1,
      maxEditLength: 2_000,
    }) ?? {
      hunks: [],
    };
    const lines = hunks.flatMap(hunk => hunk.lines).map(line => `    ${short(line)}`);
    if (lines.length)
      return lines.length > MOST_LINES
        ? [...lines.slice(0, MOST_LINES), `    and ${lines.length - MOST_LINES} lines more`]
        : lines;
  }
  return [`    - ${short(said(recorded))}`, `    + ${short(said(produced))}`];
}

const said = (value: unknown) => (value === undefined ? '(nothing)' : JSON.stringify(value));
const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
