/**
 * Text that came from outside (a terminal's output, a file, a search) made safe to show to people and models. Control
 * characters can steer a terminal, hide text or hide its order; none of them reaches a view or a prompt as such.
 */

import { replaceHidden } from './hiddenCharacters.ts';

/** The longest escape sequence there is to expect; what is longer is text. */
const LONGEST_ESCAPE = 4096;
/** OSC, DCS and their kin, up to their end or that of the line. */
const STRINGS = new RegExp(
  `(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\n\\x07\\x1b\\x9c]{0,${LONGEST_ESCAPE}}(?:\\x07|\\x1b\\\\|\\x9c|(?=\\n)|$)`,
  'g',
);
/** CSI sequences, and the short escapes. */
const SEQUENCES = /(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|$)|\x1b[ -/]*(?:[0-~]|$)/g;
/** C0 without tab and line feed, DEL, C1. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Stands for "erase to the end of the line" while lines are put together. */
const ERASE = '\0';

/**
 * What a terminal would have left on the screen, as plain lines: escape sequences are gone, a carriage return
 * overwrites its line, backspace takes a character back. Keeps `\n` and `\t`, drops all other control characters.
 */
export function plainText(output: string): string {
  if (!/[^\n\t -~\xa0-\ud7ff]/.test(output)) return replaceHidden(output, () => '');
  const text = output
    .replaceAll('\0', '')
    .replace(/\x1b\[[12]K/g, `\r${ERASE}`)
    .replace(/\x1b\[0?K/g, ERASE)
    .replace(STRINGS, '')
    .replace(SEQUENCES, '')
    .replace(/\r+\n/g, '\n');
  const lines = /[\r\b]/.test(text) ? text.split('\n').map(overwritten).join('\n') : text;
  return replaceHidden(lines.replace(CONTROLS, ''), () => '');
}

/** A progress bar rewrites its line; what counts is what stood there at the end. */
function overwritten(line: string): string {
  let shown = '';
  for (const part of line.split('\r')) {
    const typed = withBackspaces(part);
    const erased = typed.includes(ERASE) || typed.length >= shown.length;
    shown = erased ? typed.replaceAll(ERASE, '') : typed + shown.slice(typed.length);
  }
  return shown;
}

function withBackspaces(part: string): string {
  if (!part.includes('\b')) return part;
  const kept: string[] = [];
  for (const char of part) {
    if (char === '\b') kept.pop();
    else kept.push(char);
  }
  return kept.join('');
}

/**
 * A file's text with its control and invisible characters made visible, as `\u{1b}`: nothing hides, and what is
 * shown still tells what is there. Keeps `\n`, `\r` and `\t`.
 */
export function showControls(text: string): string {
  return replaceHidden(
    text.replace(CONTROLS, char => (char === '\r' ? char : escaped(char))),
    escaped,
  );
}

/** Back to the characters behind what `showControls` shows: for a text that repeats what was shown. */
export function hideControls(text: string): string {
  return text.replace(/\\u\{([0-9a-f]{1,6})\}/g, (shown, code: string) => {
    const value = Number.parseInt(code, 16);
    const char = value <= 0x10ffff ? String.fromCodePoint(value) : '';
    return char !== '' && (char === '\r' || showControls(char) === shown) ? char : shown;
  });
}

function escaped(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/**
 * `plainText` for output that comes in pieces. An escape sequence cut by a piece's end waits for the next one; a line
 * that is being rewritten goes on below, because what was shown cannot be taken back.
 */
export function plainTextStream(): (piece: string) => string {
  let held = '';
  let midLine = false;
  return piece => {
    const text = held + piece;
    const cut = unfinished(text);
    held = text.slice(cut);
    const ready = text.slice(0, cut);
    const rewrites = midLine && ready.startsWith('\r') && !ready.startsWith('\r\n');
    const plain = plainText(ready);
    if (plain) midLine = !plain.endsWith('\n');
    return rewrites && plain ? `\n${plain}` : plain;
  };
}

/** Where an escape sequence (or `\r` that may become `\r\n`) begins that the text's end leaves open. */
function unfinished(text: string): number {
  if (text.endsWith('\r')) return text.length - 1;
  const start = text.lastIndexOf('\x1b');
  if (start < 0 || text.length - start > LONGEST_ESCAPE) return text.length;
  const open = /^\x1b(?:[ -/]*|\[[0-?]*[ -/]*|[\]PX^_][^\n\x07\x9c]*)$/.test(text.slice(start));
  return open ? start : text.length;
}
