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
  /** `-5` counts lines. */
  number?: boolean;
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
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
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
      else if (list.valued?.includes(letter)) {
        const own = word.slice(at + 1) || words[++i];
        if (own === undefined) return unlisted(word);
        given.push([letter, own]);
        break;
      } else return unlisted(word);
    }
  }
  const all = (option: string) => given.flatMap(([name, value]) => (name === option ? [value] : []));
  return { operands, options: new Map(given), all };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
