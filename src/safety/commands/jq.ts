/** jq reads a language of its own, of which only what picks, tests and rearranges is understood. Everything else asks. */
import { readArguments } from './options.ts';
import type { Use } from './use.ts';

export function jq(args: readonly string[]): Use {
  const read = readArguments('jq', args, {
    flags: 'acCejMnrsS',
    long: [
      ...'ascii-output color-output compact-output exit-status join-output monochrome-output'.split(' '),
      ...'null-input raw-output slurp sort-keys tab'.split(' '),
    ],
    longValued: ['indent'],
    behind: 'option',
  });
  if ('refused' in read) return read;
  const [filter, ...files] = read.operands;
  if (filter !== undefined && onlyPicks(filter)) return { reads: files };
  return {
    refused: '`jq` is harmless only with a filter that picks from its input, without modules and loops.',
  };
}

/** Not among them: what reads files or the environment, and what repeats without end (`range`, `repeat`, `def`). */
const WORDS = new Set(
  `if then elif else end and or not as try catch reduce true false null empty error length keys keys_unsorted values has in
  map map_values select any all add first last nth flatten sort sort_by group_by min max min_by max_by unique unique_by
  reverse contains inside startswith endswith ltrimstr rtrimstr trim ltrim rtrim split join ascii_downcase ascii_upcase
  test match capture scan sub gsub splits tostring tonumber type to_entries from_entries with_entries paths leaf_paths
  del delpaths getpath pick tojson fromjson floor ceil round sqrt fabs index rindex indices input inputs walk transpose
  tostream arrays objects iterables booleans numbers strings nulls scalars isvalid ascii explode implode
  utf8bytelength now todate fromdate`.split(/\s+/),
);
/** What can double what it gets: with more of them one filter can fill the memory. */
const GROWS = /[+,]|\.\.|@\w+|\b(?:tojson|tostring|g?sub|tostream|paths)\b/g;
const MOST_GROWTH = 16;

/** Whether only words of the list stand in it, besides names of fields, keys and variables. */
function onlyPicks(filter: string): boolean {
  const code = outsideTexts(filter)?.replace(/\[\s*-?\d*\s*:\s*-?\d*\s*\]/g, '[]');
  if (code === undefined || /[*#]|::|\$(?:ENV\b|__)/.test(code)) return false;
  // A colon in brackets may be a slice, before which a word is no key.
  const hasSlices = /\[[^\][{}]*:/.test(code);
  const bare = code
    .replaceAll('..', '.. ')
    .replace(/\{(?:\s*\w+\s*,)*(?:\s*\w+\s*(?=\}))?/g, '{')
    .replace(hasSlices ? /(\{\s*)\w+\s*:/g : /([{,]\s*)\w+\s*:/g, '$1:');
  for (const [word] of bare.matchAll(/(?<![.\w$@])[A-Za-z_]\w*/g)) if (!WORDS.has(word)) return false;
  return (code.match(GROWS) ?? []).length <= MOST_GROWTH;
}

/** A filter without its texts, but with the filters that these hold: `"\(.name): x"`. Undefined: one of them holds texts. */
function outsideTexts(filter: string): string | undefined {
  let code = '';
  for (const [piece] of filter.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[^"]+|"/g)) {
    if (piece === '"') return undefined;
    const inside = piece.startsWith('"') ? filtersIn(piece) : piece;
    if (inside === undefined) return undefined;
    code += inside;
  }
  return code;
}

function filtersIn(text: string): string | undefined {
  let code = '""';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') continue;
    if (text[++at] !== '(') continue;
    const begin = at;
    for (let depth = 1; depth > 0; ) {
      const sign = text[++at];
      // Its end lies behind another text.
      if (sign === undefined || sign === '\\') return undefined;
      if (sign === '(') depth++;
      if (sign === ')') depth--;
    }
    code += text.slice(begin, at + 1);
  }
  return code;
}
