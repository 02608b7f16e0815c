/** How a backend did in a session, folded from its log: dialect, repairs, retries, cache and speed. */
import { profileOf } from '../model/profileOf.ts';
import type { Backend, EventOf, SessionEvent } from '../protocol/events.ts';

export interface WireHealth {
  /** The one the figures are of: they begin anew when another is chosen. */
  backend: Backend | undefined;
  replies: number;
  /** Replies by the key under which their thinking came; `inline` where it had none of its own. */
  reasoning: Tally[];
  repairs: Tally[];
  retries: Tally[];
  /** Tokens. */
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Cached share of the input from the second reply on: the first has nothing to hit. */
  cacheHitRatio: number | undefined;
  /** Replies whose counts are our own estimate. */
  uncounted: number;
  firstTokenMs: Spread | undefined;
  /** Output tokens after the first one. */
  tokensPerSecond: Spread | undefined;
}

export interface Tally {
  text: string;
  times: number;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** A shorter stream tells nothing of speed; milliseconds. */
const SHORTEST_MS = 100;

export function wireHealth(events: readonly SessionEvent[]): WireHealth {
  let backend: Backend | undefined;
  let replies: EventOf<'assistant.message'>[] = [];
  let notices: EventOf<'notice'>[] = [];
  for (const event of events) {
    const chosen =
      event.type === 'session.started' || event.type === 'session.changed' ? event.backend : undefined;
    if (chosen) [backend, replies, notices] = [chosen, [], []];
    else if (event.type === 'assistant.message') replies.push(event);
    else if (event.type === 'notice') notices.push(event);
  }
  const sum = (list: typeof replies, key: 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
    list.reduce((total, { usage }) => total + usage[key], 0);
  const later = replies.slice(1);
  const laterPrompt = sum(later, 'promptTokens');
  const thinking = replies.filter(({ message }) => message.reasoning);
  return {
    backend,
    replies: replies.length,
    reasoning: tally(thinking.map(({ reasoningKey }) => reasoningKey ?? 'inline')),
    repairs: tally(notices.flatMap(({ code, text }) => (code === 'wire' ? text : []))),
    retries: tally(notices.flatMap(({ code, text }) => (code === 'retry' ? text : []))),
    promptTokens: sum(replies, 'promptTokens'),
    cachedTokens: sum(replies, 'cachedTokens'),
    completionTokens: sum(replies, 'completionTokens'),
    cacheHitRatio: laterPrompt ? sum(later, 'cachedTokens') / laterPrompt : undefined,
    uncounted: replies.filter(({ usage }) => usage.estimated).length,
    firstTokenMs: spread(replies.map(({ timing }) => timing.firstTokenMs)),
    tokensPerSecond: spread(replies.flatMap(speedOf)),
  };
}

function speedOf({ usage, timing }: EventOf<'assistant.message'>): number | [] {
  const ms = timing.totalMs - timing.firstTokenMs;
  return ms >= SHORTEST_MS && usage.completionTokens ? (usage.completionTokens * 1000) / ms : [];
}

/** The most frequent first. */
function tally(texts: readonly string[]): Tally[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, times]) => ({ text, times })).sort((a, b) => b.times - a.times);
}

function spread(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [least] = sorted;
  if (least === undefined) return undefined;
  return { median: sorted[Math.floor(sorted.length / 2)]!, least, most: sorted.at(-1)! };
}

/** The figures in words: a name and a value each. */
export function healthRows(health: WireHealth): [name: string, value: string][] {
  const { backend, replies, reasoning, firstTokenMs, tokensPerSecond, cacheHitRatio } = health;
  const count = (tokens: number) => tokens.toLocaleString('en');
  const range = (values: Spread | undefined, unit: (value: number) => string) => {
    if (!values) return 'not measured';
    const [median, least, most] = [values.median, values.least, values.most].map(unit);
    return least === most ? median! : `${median} (${least} to ${most})`;
  };
  const rows: [string, string][] = [
    ['Model', backend?.model ?? 'none'],
    ['Backend', backend?.standIn ? 'stand-in (scripted, no model)' : (backend?.baseUrl ?? 'none')],
    ['Profile', backend ? profileOf(backend).label : 'none'],
    ['Replies', String(replies)],
    [
      'Thinking comes under',
      reasoning.map(({ text, times }) => `${text} (${times})`).join(', ') || 'none came',
    ],
    ['Tokens', `${count(health.promptTokens)} in, ${count(health.completionTokens)} out`],
    [
      'Served from the cache',
      cacheHitRatio === undefined
        ? 'not measured'
        : `${Math.round(100 * cacheHitRatio)} % after the first reply`,
    ],
    ['First token after', range(firstTokenMs, value => `${(value / 1000).toFixed(1)} s`)],
    ['Tokens per second', range(tokensPerSecond, value => value.toFixed(0))],
  ];
  if (health.uncounted)
    rows.push([
      'Counted by Ascent itself',
      `${health.uncounted} ${health.uncounted === 1 ? 'reply' : 'replies'} came without usage`,
    ]);
  return rows;
}
