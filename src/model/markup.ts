/**
 * K2's control tokens in a stream of text: found whole wherever the chunk borders fall. What could still become a
 * token is held back, so that no part of one is ever shown.
 */
export type Piece = { text: string; token?: undefined } | { token: Token; text: string };
export type Token =
  | 'sectionBegin'
  | 'sectionEnd'
  | 'callBegin'
  | 'argumentBegin'
  | 'callEnd'
  | 'thinkBegin'
  | 'thinkEnd'
  /** Turn frames, which mean nothing inside a reply. */
  | 'frame';

/** As the weights write them; the singular section tokens are a variant that engines' parsers accept as well. */
export const TOKENS: Readonly<Record<string, Token>> = {
  '<|tool_calls_section_begin|>': 'sectionBegin',
  '<|tool_call_section_begin|>': 'sectionBegin',
  '<|tool_calls_section_end|>': 'sectionEnd',
  '<|tool_call_section_end|>': 'sectionEnd',
  '<|tool_call_begin|>': 'callBegin',
  '<|tool_call_argument_begin|>': 'argumentBegin',
  '<|tool_call_end|>': 'callEnd',
  '<think>': 'thinkBegin',
  '</think>': 'thinkEnd',
  '<|im_end|>': 'frame',
  '<|im_user|>': 'frame',
  '<|im_assistant|>': 'frame',
  '<|im_system|>': 'frame',
  '<|im_middle|>': 'frame',
};
const SPELLINGS = Object.keys(TOKENS);
const anyOf = (list: string[]) => list.map(s => s.replace(/[|/]/g, '\\$&')).join('|');
const ANY = new RegExp(anyOf(SPELLINGS), 'g');

export interface Lexer {
  push(text: string): Piece[];
  /** What was held back and became no token; a control token that was cut off is gone. */
  flush(): Piece[];
}

/** For one channel of one reply. */
export function createLexer(): Lexer {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      held = heldBack(all);
      return split(all.slice(0, all.length - held.length));
    },
    flush() {
      const rest = held;
      held = '';
      const cutToken = rest.startsWith('<|') && rest.length > 3;
      return rest && !cutToken ? [{ text: rest }] : [];
    },
  };
}

/** The tail that is the start of some token. Each token has its only `<` in front, so one look is enough. */
function heldBack(text: string): string {
  const at = text.lastIndexOf('<');
  if (at < 0) return '';
  const tail = text.slice(at);
  return SPELLINGS.some(s => s.length > tail.length && s.startsWith(tail)) ? tail : '';
}

function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(ANY)) {
    if (found.index > from) pieces.push({ text: text.slice(from, found.index) });
    pieces.push({ token: TOKENS[found[0]]!, text: found[0] });
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

const CONTROL = new RegExp(anyOf(SPELLINGS.filter(s => s.startsWith('<|'))));
const LONGEST = Math.max(...SPELLINGS.map(s => s.length));

/**
 * A guard for what is shown: torn or nested tokens can join into a whole one only after they were looked at. Returns
 * the part of `text` that may follow what was passed before.
 */
export function createGuard(): (text: string) => string {
  let tail = '';
  return text => {
    let safe = text;
    for (;;) {
      const joined = CONTROL.exec(tail + safe);
      if (!joined) break;
      safe = safe.slice(Math.max(0, joined.index + joined[0].length - tail.length));
    }
    tail = (tail + safe).slice(1 - LONGEST);
    return safe;
  };
}
