/** Takes secrets and the home folder out of a session's events. */
import type { SessionEvent } from '../../protocol/events.ts';
import { knownSecrets } from './knownSecrets.ts';
import { type Span, secretShapes } from './secretShapes.ts';

/** Names of properties whose values are worth a look together with their name. */
const TELLING = /pass|secret|key|token|auth|cookie|pwd/i;
const LONGEST_VALUE = 4_000;

export interface RedactOptions {
  /** Secrets whose values are known: the backends' keys, telling variables of the environment. */
  known: readonly string[];
  /** The person's home folder, which becomes `~`. */
  home: string;
}

export interface Redactor {
  /** The event with each secret replaced by `[secret N]`: one number for one secret, everywhere. */
  event(e: SessionEvent): SessionEvent;
  text(text: string): string;
  /** How many different secrets were left out, and from how many places. */
  readonly left: { secrets: number; places: number };
}

export function createRedactor({ known, home }: RedactOptions): Redactor {
  const find = knownSecrets(known);
  const numbers = new Map<string, number>();
  const left = { secrets: 0, places: 0 };
  const withoutHome = homeReplacer(home);

  const text = (value: string): string => {
    const spans = [
      ...find(value).map(({ secret, ...span }) => ({ ...span, name: `known ${secret}` })),
      ...(value.length < 6 ? [] : secretShapes(value)).map(span => ({
        ...span,
        name: value.slice(span.start, span.end),
      })),
    ];
    if (!spans.length) return withoutHome(value);
    let shown = '';
    let done = 0;
    for (const { start, end, name } of merged(spans)) {
      const number = numbers.get(name) ?? numbers.size + 1;
      numbers.set(name, number);
      left.places++;
      shown += `${value.slice(done, start)}[secret ${number}]`;
      done = end;
    }
    left.secrets = numbers.size;
    return withoutHome(shown + value.slice(done));
  };

  /** Arguments are JSON in a string: read, so that what they hold is found as it is meant. */
  const json = (value: string): string => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      return text(value);
    }
    const before = JSON.stringify(parsed);
    const after = JSON.stringify(walk(parsed));
    // Untouched, they keep the bytes that the model wrote.
    return after === before ? text(value) : text(after);
  };

  const walk = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return key === 'arguments' ? json(value) : text(value);
    if (Array.isArray(value)) return value.map(inner => walk(inner));
    if (!value || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([k, inner]) => [text(k), assigned(k, walk(inner, k))]),
    );
  };

  /** `{"password": "..."}`: the name that gives a value away is not in the value's own text. */
  const assigned = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string' || value.length > LONGEST_VALUE || !TELLING.test(key)) return value;
    const pair = JSON.stringify({ [key]: value });
    const after = text(pair);
    if (after === pair) return value;
    const { [key]: replaced } = JSON.parse(after) as Record<string, unknown>;
    return replaced ?? value;
  };

  return {
    event: e => ({ ...(walk(e) as object), type: e.type }) as SessionEvent,
    text,
    left,
  };
}

/** Spans that touch or overlap become one, named after the first that is known, else after the longest. */
function merged(spans: (Span & { name: string })[]): (Span & { name: string })[] {
  const all: (Span & { name: string })[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = all.at(-1);
    if (!last || span.start >= last.end) {
      all.push({ ...span });
      continue;
    }
    if (!last.name.startsWith('known ') && span.name.startsWith('known ')) last.name = span.name;
    last.end = Math.max(last.end, span.end);
  }
  return all;
}

/** Also as part of a URL, with the slashes of the other platform, and escaped as in JSON. */
function homeReplacer(home: string): (text: string) => string {
  const plain = home.replace(/[\\/]+$/, '');
  if (plain.length < 4) return text => text;
  const ways = [plain, plain.replaceAll('\\', '/'), plain.replaceAll('\\', '\\\\')];
  const pattern = [...new Set(ways)].map(escaped).join('|');
  const flags = /^[A-Za-z]:/.test(plain) ? 'gi' : 'g';
  const whole = new RegExp(`(?<![A-Za-z0-9_.~-])(?:${pattern})(?![A-Za-z0-9_-])`, flags);
  return text => text.replace(whole, '~');
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
