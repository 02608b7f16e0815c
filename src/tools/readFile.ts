import path from 'node:path';
import * as z from 'zod';
import type { FileText, Host } from '../host/host.ts';
import { HostError } from '../host/host.ts';
import { plainText, showControls } from '../protocol/plainText.ts';
import { toFailure } from './failures.ts';
import type { ToolKit } from './kit.ts';
import { below, demandSamePlace, locate, type Place, shownPath } from './place.ts';
import description from './readFile.md';
import { type Tool, ToolFailure, type ToolResult } from './tool.ts';
import { cutLine, linesOf } from './words.ts';

export const ReadFileInput = z.object({
  path: z.string().min(1).describe('File to read, relative to the workspace folder or absolute.'),
  start_line: z.int().min(1).optional().describe('First line, counted from 1. Default: 1.'),
  end_line: z.int().min(1).optional().describe('Last line, included. Default: as far as the limits go.'),
});

type Input = z.infer<typeof ReadFileInput>;

const MOST_LINES = 2_000;
/** Bytes of UTF-8. */
const MOST_BYTES = 64 * 1024;
/** Characters. */
const LONGEST_LINE = 2_000;

export function readFileTool({ host, spoolDir }: ToolKit): Tool<Input> {
  return {
    name: 'read_file',
    description,
    input: ReadFileInput,
    readOnly: true,
    async prepare(input) {
      const { start_line: start = 1, end_line: end } = input;
      if (end !== undefined && end < start)
        throw new ToolFailure(`end_line (${end}) lies before start_line (${start}).`);
      const place = await locate(host, input.path);
      const detail = start === 1 && end === undefined ? undefined : `lines ${start}-${end ?? ''}`;
      return {
        title: { ask: 'Read', busy: 'Reading', done: 'Read', object: place.shown, ...(detail && { detail }) },
        access: [{ kind: 'read', path: place.given }],
        effects: [],
        async run({ signal }) {
          const file = await read(host, place, signal);
          const isOutput = below((await locate(host, spoolDir)).real, place.real) !== undefined;
          return excerpt(file, isOutput ? plainText(file.text) : file.text, place.shown, start, end);
        },
      };
    },
  };
}

async function read(host: Host, place: Place, signal: AbortSignal): Promise<FileText> {
  try {
    await demandSamePlace(host, place);
    return await host.read(place.real);
  } catch (error) {
    if (error instanceof HostError && error.code === 'notFound')
      throw new ToolFailure(`${place.shown} does not exist.${await namesakes(host, place, signal)}`);
    throw toFailure(error, place.shown);
  }
}

/** Files of the same name elsewhere: most often what was meant. */
async function namesakes(host: Host, place: Place, signal: AbortSignal): Promise<string> {
  const name = path.basename(place.real).replace(/[*?[\]{}()!\\]/g, '?');
  const searches = host.roots.map(root => host.find(root, [`**/${name}`], 5, signal).catch(() => undefined));
  const paths = (await Promise.all(searches)).flatMap(found => found?.paths ?? []);
  if (paths.length === 0) return ' Look with find_files or list_files.';
  return ` There is: ${paths.map(file => shownPath(host.roots, file)).join(', ')}.`;
}

function excerpt(file: FileText, text: string, shown: string, start: number, end = Infinity): ToolResult {
  const lines = linesOf(text);
  const seen = [{ path: file.path, hash: file.hash }];
  if (lines.length > 0 && start > lines.length)
    throw new ToolFailure(`${shown} has only ${lines.length} lines; start_line is ${start}.`);
  const taken: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(start - 1, Math.min(end, start - 1 + MOST_LINES))) {
    const numbered = `${start + taken.length}\t${cutLine(visible(line), LONGEST_LINE)}`;
    bytes += Buffer.byteLength(numbered) + 1;
    if (bytes > MOST_BYTES) break;
    taken.push(numbered);
  }
  const lastLine = start - 1 + taken.length;
  if (file.unsaved) taken.unshift('[as it is in the editor, with changes that are not saved yet]');
  if (lines.length === 0) taken.push('[the file is empty]');
  else if (lastLine < Math.min(end, lines.length))
    taken.push(`[lines ${start}-${lastLine} of ${lines.length}; go on with start_line ${lastLine + 1}]`);
  else if (lastLine < lines.length) taken.push(`[the file has ${lines.length} lines]`);
  return {
    isError: false,
    content: taken.join('\n'),
    display: { kind: 'file', path: shown, firstLine: start, lastLine, totalLines: lines.length },
    seen,
  };
}

const visible = (line: string) => showControls(line).replaceAll('\r', '\\u{d}');
