import * as z from 'zod';
import { showControls } from '../protocol/plainText.ts';
import type { ToolKit } from './kit.ts';
import description from './recall.md';
import { type Tool, ToolFailure, type ToolResult } from './tool.ts';
import { cutLine, oneLine, plural } from './words.ts';

/** One thing in the session's log. */
export interface Recollection {
  /** Its number in the log. */
  entry: number;
  /** Turns and steps are counted from 1; 0: before the first. */
  turn: number;
  step: number;
  /** "Person", "You thought", "You called read_file", ... */
  what: string;
  /** For calls and their results. */
  tool?: string;
  text: string;
}

/** Everything that was recorded before now, the oldest first. */
export interface Memory {
  all(): readonly Recollection[];
}

export const RecallInput = z.object({
  query: z.string().optional().describe('Words that must all occur; "in quotes" a phrase. Plain text.'),
  entry: z.int().min(0).optional().describe('Number of one entry, to read it whole.'),
  page: z.int().min(1).optional().describe('With entry: which page of it. Default: 1.'),
  turn: z.int().min(1).optional().describe('Only of this turn.'),
  step: z.int().min(1).optional().describe('Only of this step (of the turn, or of any).'),
  tool: z.string().optional().describe('Only calls and results of this tool.'),
  max: z.int().min(1).max(50).optional().describe('Most entries to list, up to 50. Default: 10.'),
});
type Input = z.infer<typeof RecallInput>;

/** Characters of one page. */
const PAGE = 16_000;
/** Characters of an excerpt, to each side of what was found. */
const AROUND = 160;
const EXCERPTS = 3;
const LONGEST_LINE = 400;
/** Its own results would be found again and again. */
const NAME = 'recall';

export function recallTool({ memory }: ToolKit): Tool<Input> {
  return {
    name: NAME,
    description,
    input: RecallInput,
    readOnly: true,
    async prepare(input) {
      const object =
        input.entry !== undefined
          ? `entry ${input.entry}`
          : input.query
            ? oneLine(input.query)
            : 'the session';
      const detail = [
        input.turn && `turn ${input.turn}`,
        input.step && `step ${input.step}`,
        input.tool && oneLine(input.tool),
        input.page && `page ${input.page}`,
      ].filter(Boolean);
      return {
        title: {
          ask: 'Recall',
          busy: 'Recalling',
          done: 'Recalled',
          object,
          ...(detail.length > 0 && { detail: detail.join(', ') }),
        },
        access: [],
        effects: [],
        run: async () =>
          input.entry === undefined ? search(memory, input) : show(memory, input.entry, input.page),
      };
    },
  };
}

function show(memory: Memory, number: number, page = 1): ToolResult {
  const found = memory.all().filter(({ entry }) => entry === number);
  if (!found.length)
    throw new ToolFailure(
      `There is no entry ${number} that could be shown. Search with query, turn, step or tool; the results have the numbers.`,
    );
  const text = showControls(found.map(one => `${head(one)}\n\n${one.text}`).join('\n\n'));
  const pages = Math.max(1, Math.ceil(text.length / PAGE));
  if (page > pages) throw new ToolFailure(`Entry ${number} has ${plural(pages, 'page')}.`);
  const part = text.slice((page - 1) * PAGE, page * PAGE);
  const note = pages > 1 ? `\n[page ${page} of ${pages}]` : '';
  return { isError: false, content: part + note, display: { kind: 'text', text: part + note } };
}

function search(memory: Memory, { query = '', turn, step, tool, max = 10 }: Input): ToolResult {
  const words = wordsOf(query);
  const fits = (one: Recollection) =>
    one.tool !== NAME &&
    (turn === undefined || one.turn === turn) &&
    (step === undefined || one.step === step) &&
    (tool === undefined || one.tool === tool);
  const found: { one: Recollection; places: number[] }[] = [];
  let more = 0;
  for (const one of memory.all().toReversed()) {
    if (!fits(one)) continue;
    const places = placesOf(words, one);
    if (!places) continue;
    if (found.length < max) found.push({ one, places });
    else more++;
  }
  if (!found.length)
    return {
      isError: false,
      content: words.length
        ? 'Nothing in this session holds all of these words. Try fewer, or other ones.'
        : 'Nothing in this session fits.',
    };
  const note = more
    ? `\n\n[${plural(more, 'older entry', 'older entries')} more; narrow the search, or raise max]`
    : '';
  const text =
    showControls(found.map(({ one, places }) => `${head(one)}\n${excerpts(one, places)}`).join('\n\n')) +
    note;
  return { isError: false, content: text, display: { kind: 'text', text } };
}

const head = ({ entry, turn, step, what, text }: Recollection) =>
  `entry ${entry} · turn ${turn}${step ? `, step ${step}` : ''} · ${cutLine(what.replace(/\s+/g, ' '), LONGEST_LINE)} · ${plural(text.length, 'character')}`;

/** Words and "phrases", in lower case. Nothing in them is a pattern. */
function wordsOf(query: string): string[] {
  return [...query.matchAll(/"([^"]+)"|(\S+)/g)].map(([, phrase, word]) => (phrase ?? word)!.toLowerCase());
}

/** Where in the text each of the words stands first; -1: only in what the entry is called. Undefined when one is missing. */
function placesOf(words: readonly string[], { what, text }: Recollection): number[] | undefined {
  const [name, low] = [what.toLowerCase(), text.toLowerCase()];
  const places: number[] = [];
  for (const word of words) {
    const at = low.indexOf(word);
    if (at < 0 && !name.includes(word)) return undefined;
    places.push(at);
  }
  return places;
}

function excerpts({ text }: Recollection, places: readonly number[]): string {
  const inText = [...new Set(places.filter(at => at >= 0))].sort((a, b) => a - b);
  const parts: string[] = [];
  let shownTo = -1;
  for (const at of inText.length ? inText : [0]) {
    if (at < shownTo || parts.length === EXCERPTS) continue;
    const from = Math.max(0, at - AROUND);
    shownTo = Math.min(text.length, at + AROUND);
    parts.push(`${from > 0 ? '…' : ''}${text.slice(from, shownTo)}${shownTo < text.length ? '…' : ''}`);
  }
  return parts.join('\n…\n');
}
