/**
 * The JSON of a call's arguments. Only exact repairs: what they yield is what the model wrote, in proper JSON.
 * Nothing is guessed (a missing brace, a cut string): a wrong guess would edit code.
 */
import { asObject, parseJson } from './json.ts';

export interface Arguments {
  text: string;
  /** False: not the JSON of an object, and no exact repair was found. */
  valid: boolean;
  repaired: boolean;
}

const SECTION_TOKEN = /<\|tool_calls?_(?:section_)?(?:begin|end|argument_begin)\|>/;

/** Never throws: what cannot be mended exactly comes back as it was written, and not valid. */
export function mendArguments(written: string): Arguments {
  if (isObject(written)) return { text: written, valid: true, repaired: false };
  // An engine writes nothing for a call without parameters.
  if (written.trim() === '') return { text: '{}', valid: true, repaired: false };
  for (const mend of [withoutSectionTokens, escapeControlCharacters, unwrapString]) {
    const text = mend(written);
    if (text !== undefined && isObject(text)) return { text, valid: true, repaired: true };
  }
  return { text: written, valid: false, repaired: false };
}

const isObject = (text: string) => asObject(parseJson(text)) !== undefined;

/** A parser that lost a chunk border leaves the end marker in the arguments (vllm#38353). */
function withoutSectionTokens(text: string): string | undefined {
  const at = text.search(SECTION_TOKEN);
  return at < 0 ? undefined : text.slice(0, at);
}

/** Raw line ends and tabs inside strings, as in commit messages (kimi-cli#1378). Outside of strings they may stay. */
function escapeControlCharacters(text: string): string {
  return text.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"/g, quoted =>
    quoted.replace(/[\u0000-\u001f]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** JSON inside a JSON string (opencode#20650). */
function unwrapString(text: string): string | undefined {
  const inner = parseJson(text);
  return typeof inner === 'string' ? inner : undefined;
}
