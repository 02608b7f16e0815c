/** Where a text nearly stands: so that a model sees what it misremembered. */

export interface NearLines {
  /** 1-based. */
  firstLine: number;
  lines: string[];
  onlyWhiteSpace: boolean;
}

const MOST_LINES_SHOWN = 20;
/** Lines of the wanted text that are compared; more would not find another place. */
const MOST_LINES_COMPARED = 30;
/** Lines of the file that are looked at. */
const MOST_LINES = 50_000;
const LONGEST_LINE = 300;
/** Of two lines' letter pairs, the part they must share to be called similar. */
const SIMILAR = 0.5;

export function nearestLines(file: readonly string[], wanted: readonly string[]): NearLines | undefined {
  const searched = wanted.slice(0, MOST_LINES_COMPARED).map(bare);
  const text = file.slice(0, MOST_LINES).map(bare);
  const start = bestWindow(text, searched) ?? mostSimilarLine(text, searched);
  if (start === undefined) return undefined;
  const shown = file.slice(start, start + Math.min(wanted.length, MOST_LINES_SHOWN));
  const same = searched.every((line, i) => line === text[start + i]);
  return {
    firstLine: start + 1,
    lines: shown.map(line => line.slice(0, LONGEST_LINE)),
    onlyWhiteSpace: same,
  };
}

const bare = (line: string) => line.trim().replace(/\s+/g, ' ');

/** The start of the stretch that shares most lines, white space aside. */
function bestWindow(text: string[], searched: string[]): number | undefined {
  const places = new Map<string, number[]>();
  for (const [i, line] of searched.entries()) if (line) places.set(line, [...(places.get(line) ?? []), i]);
  const score = new Map<number, number>();
  for (const [i, line] of text.entries())
    for (const offset of places.get(line) ?? [])
      if (i >= offset) score.set(i - offset, (score.get(i - offset) ?? 0) + 1 + line.length / 1000);
  let best: number | undefined;
  for (const [start, points] of score) if (best === undefined || points > score.get(best)!) best = start;
  return best;
}

/** The place of the line that is most like the longest wanted one. */
function mostSimilarLine(text: string[], searched: string[]): number | undefined {
  const longest = searched.reduce((a, b) => (b.length > a.length ? b : a), '');
  const pairs = letterPairs(longest);
  let best: { index: number; score: number } | undefined;
  for (const [index, line] of text.entries()) {
    if (line.length * 3 < longest.length) continue;
    const score = shared(pairs, letterPairs(line));
    if (score >= SIMILAR && score > (best?.score ?? 0)) best = { index, score };
  }
  return best && Math.max(0, best.index - searched.indexOf(longest));
}

function letterPairs(line: string): Set<string> {
  const pairs = new Set<string>();
  for (let i = 0; i + 1 < Math.min(line.length, LONGEST_LINE); i++) pairs.add(line.slice(i, i + 2));
  return pairs;
}

function shared(a: Set<string>, b: Set<string>): number {
  let both = 0;
  for (const pair of a) if (b.has(pair)) both++;
  return (2 * both) / (a.size + b.size || 1);
}
