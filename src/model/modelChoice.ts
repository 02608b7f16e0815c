/** Which model is meant when nobody named one: what GET /models lists decides. */
import { asArray, asObject, asString } from './json.ts';

/** Ids in the order of the list: OpenAI's shape, and Ollama's own. */
export function listedModels(list: unknown): string[] {
  const entries = asArray(asObject(list)?.data ?? asObject(list)?.models ?? list);
  return entries.flatMap(entry => asString(asObject(entry)?.id) ?? asString(asObject(entry)?.name) ?? []);
}

/** The only one; else the first K2-Thinking, then the first K2, then the first Kimi. Else it has to be asked. */
export function chooseModel(ids: readonly string[]): string | undefined {
  if (ids.length === 1) return ids[0];
  const likely = [/k2[-_.]?thinking(?!-turbo)/i, /k2[^/]*thinking/i, /kimi[^/]*k2/i, /kimi/i];
  for (const pattern of likely) {
    const found = ids.find(id => pattern.test(id));
    if (found) return found;
  }
  return undefined;
}
