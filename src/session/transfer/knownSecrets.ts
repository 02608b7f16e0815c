/**
 * Secrets whose value is known, found however a text carries them: plain, base64, hex or percent-encoded, split over
 * lines, quotes or numbers of lines, and parts of them.
 *
 * A text is searched without everything but its letters and digits, which is what splits and encodings cannot change;
 * an index leads back. So one `indexOf` for each way of writing a secret is all it takes.
 */
import type { Span } from './secretShapes.ts';

/** Shorter values (in letters and digits) are words, not secrets. */
const SHORTEST = 8;
/** From so many on, parts of it are looked for too; a part counts from this many on. */
const LONG = 24;
const PART = 12;
/** Every part of at least `GRAM + STRIDE - 1` holds one of these. */
const GRAM = 8;
const STRIDE = 4;

export interface KnownSpan extends Span {
  /** Which of the secrets it is. */
  secret: number;
}

export type FindKnown = (text: string) => KnownSpan[];

export function knownSecrets(values: readonly string[]): FindKnown {
  const needles: { text: string; secret: number }[] = [];
  const parts: { of: string; at: number; secret: number }[] = [];
  values.forEach((value, secret) => {
    if (lettersOf(value).length < SHORTEST) return;
    for (const written of new Set(waysToWrite(value))) needles.push({ text: written, secret });
    if (lettersOf(value).length < LONG) return;
    for (const of of new Set([lettersOf(value), ...base64s(value)]))
      for (let at = 0; at + GRAM <= of.length; at += STRIDE) parts.push({ of, at, secret });
  });
  if (!needles.length) return () => [];

  return text => {
    if (text.length < SHORTEST) return [];
    const { letters, places } = plain(text);
    const found: KnownSpan[] = [];
    const add = (from: number, to: number, secret: number) =>
      found.push({ start: places[from]!, end: places[to - 1]! + 1, secret });
    for (const { text: needle, secret } of needles)
      for (let at = letters.indexOf(needle); at >= 0; at = letters.indexOf(needle, at + needle.length))
        add(at, at + needle.length, secret);
    for (const { of, at, secret } of parts) {
      const gram = of.slice(at, at + GRAM);
      for (let hit = letters.indexOf(gram); hit >= 0; hit = letters.indexOf(gram, hit + GRAM)) {
        let [from, to] = [hit, hit + GRAM];
        for (let i = at - 1; i >= 0 && letters[from - 1] === of[i]; i--) from--;
        for (let i = at + GRAM; i < of.length && letters[to] === of[i]; i++) to++;
        if (to - from >= PART) add(from, to, secret);
      }
    }
    return found;
  };
}

function waysToWrite(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0'));
  const hexes = [hex.join(''), `x${hex.join('x')}`, `0x${hex.join('0x')}`];
  return [
    lettersOf(value),
    lettersOf(encodeURIComponent(value.toWellFormed())),
    ...base64s(value),
    ...hexes,
    ...hexes.map(text => text.toUpperCase()),
  ].filter(text => text.length >= SHORTEST);
}

/** Base64 of a text that holds the value, at its three alignments: the characters that the value alone decides. */
function base64s(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map(shift => {
    const all = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return lettersOf(all.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)));
  });
}

const lettersOf = (value: string) => value.replace(/[^A-Za-z0-9]/g, '');

/** What numbers a line: "12<tab>", "12: ", "12 | ". */
const LINE_NUMBER = /[ \t+-]{0,8}\d{1,7}(?:\t|: ?| ?[|→] ?)/y;

/** The letters and digits of a text, and where each stands in it. */
function plain(text: string): { letters: string; places: Uint32Array } {
  const places = new Uint32Array(text.length);
  const kept: string[] = [];
  let count = 0;
  /** Where the run of letters that is being read begins. */
  let run = -1;
  const endRun = (at: number) => {
    if (run >= 0) kept.push(text.slice(run, at));
    run = -1;
  };
  const skipNumber = (at: number) => {
    LINE_NUMBER.lastIndex = at;
    return LINE_NUMBER.test(text) ? LINE_NUMBER.lastIndex : at;
  };
  for (let at = skipNumber(0); at < text.length; ) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (isLetter) {
      if (run < 0) run = at;
      places[count++] = at++;
      continue;
    }
    endRun(at);
    if (code === 10) at = skipNumber(at + 1);
    else if (code === 92) {
      // An escape of JSON in a text: \n, \t, \u002d
      const next = text[at + 1];
      if (next === 'n') at = skipNumber(at + 2);
      else if (next === 'u' && /^[0-9a-f]{4}$/i.test(text.slice(at + 2, at + 6))) at += 6;
      else at += next === 'r' || next === 't' ? 2 : 1;
    } else at++;
  }
  endRun(text.length);
  return { letters: kept.join(''), places };
}

/** The values of variables whose names say that they are secret; paths and short words are none. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && TELLING_NAME.test(name) && value.length >= 12 && !/^(?:[~./]|[A-Za-z]:[\\/]|\w+ )/.test(value)
      ? [value]
      : [],
  );
}
const TELLING_NAME =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|ACCESS_?KEY|_KEY|_PWD|_PASS|_PAT)$/i;
