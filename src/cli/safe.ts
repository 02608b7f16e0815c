import { plainText } from '../protocol/plainText.ts';

/** What a model, a file or a session from elsewhere holds must not reach the terminal as it is: escapes act there. */
export function safe<T>(value: T): T {
  if (typeof value === 'string') return plainText(value) as T;
  if (Array.isArray(value)) return value.map(safe) as T;
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, safe(inner)])) as T;
}
