/** OpenRouter's `reasoning_details` over a stream: entries come in pieces and go back whole and otherwise untouched. */
import { asObject, type Json } from './json.ts';

/** The fields whose pieces are appended; all others are taken as they come. */
const GROWING = ['text', 'summary', 'data'] as const;

/** `before` with `more` at its end; an entry that goes on with the last one joins it (same type and index, same id or none). */
export function mergeDetails(before: readonly unknown[], more: readonly unknown[]): unknown[] {
  const merged = [...before];
  for (const entry of more) {
    const last = asObject(merged.at(-1));
    const next = asObject(entry);
    if (last && next && isContinued(last, next)) merged[merged.length - 1] = join(last, next);
    else merged.push(entry);
  }
  return merged;
}

const isContinued = (last: Json, next: Json) =>
  last.type === next.type && last.index === next.index && (next.id == null || last.id === next.id);

function join(last: Json, next: Json): Json {
  const joined: Json = { ...last };
  for (const [key, value] of Object.entries(next)) if (value != null) joined[key] = value;
  for (const key of GROWING)
    if (typeof last[key] === 'string' && typeof next[key] === 'string') joined[key] = last[key] + next[key];
  return joined;
}
