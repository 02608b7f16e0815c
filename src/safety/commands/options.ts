/**
 * Reads a program's arguments by its list of harmless options. Every option that is not listed is a reason to ask,
 * and so is an abbreviated one: what is not known exactly is not known.
 */
import { quoted } from '../rules/words.ts';

export interface OptionList {
  /** Options of one letter without a value, and those with one. */
  flags?: string;
  valued?: string;
  /** Long options (without dashes), and those with a value, after `=` or as the next word. */
  long?: readonly string[];
  longValued?: readonly string[];
  /** Long options whose value, if any, comes after `=` only. */
  longOptional?: readonly string[];
  /** Options of one letter whose value, if any, is the rest of their word. */
  joined?: string;
  /** `-5` counts lines. */
  number?: boolean;
  /**
   * What an option behind an operand is. Absent: an option to some versions (GNU), an operand to others (BSD), so it
   * counts as both. `option`: the program's own reader knows them anywhere. `unknown`: only one of the two readings can
   * be judged, so it asks.
   */
  behind?: 'option' | 'unknown';
  /** Its own reader takes no option with a value in one word with others, nor with a value that is no number. */
  apart?: boolean;
}

export type Arguments =
  | {
      operands: string[];
      /** The last value of each option that was given. */
      options: Map<string, string>;
      /** Every value of an option. */
      all(option: string): string[];
    }
  | { refused: string };

export function readArguments(program: string, words: readonly string[], list: OptionList): Arguments {
  const operands: string[] = [];
  const given: [option: string, value: string][] = [];
  const unlisted = (option: string) => ({
    refused: `${quoted(program, 60)} has the option ${quoted(option, 60)}, which is not on the list of harmless ones.`,
  });
  let first = words.length;
  let isMixed = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const isOperand = !word.startsWith('-') || word === '-';
    if (isOperand && first === words.length) first = i;
    if (!isOperand && i > first && list.behind === 'unknown')
      return {
        refused: `${quoted(program, 60)} may take ${quoted(word, 60)} for a file, since it does not stand before the others.`,
      };
    if (word === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (isOperand) {
      operands.push(word);
      continue;
    }
    if (i > first && list.behind === undefined) isMixed = true;
    if (word.startsWith('--')) {
      const [name = '', value] = splitOnce(word.slice(2), '=');
      if (value === undefined && (list.long?.includes(name) || list.longOptional?.includes(name)))
        given.push([name, '']);
      else if (value !== undefined && list.longOptional?.includes(name)) given.push([name, value]);
      else if (list.longValued?.includes(name)) {
        const own = value ?? words[++i];
        if (own === undefined) return unlisted(word);
        given.push([name, own]);
      } else return unlisted(word);
      continue;
    }
    if (list.number && /^-\d+$/.test(word)) continue;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (list.flags?.includes(letter)) given.push([letter, '']);
      else if (list.joined?.includes(letter)) {
        given.push([letter, word.slice(at + 1)]);
        break;
      } else if (list.valued?.includes(letter)) {
        if (list.apart && !/^-[A-Za-z]\d*$/.test(word)) return unlisted(word);
        const own = word.slice(at + 1) || words[++i];
        if (own === undefined) return unlisted(word);
        given.push([letter, own]);
        break;
      } else return unlisted(word);
    }
  }
  const all = (option: string) => given.flatMap(([name, value]) => (name === option ? [value] : []));
  return { operands: isMixed ? words.slice(first) : operands, options: new Map(given), all };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
