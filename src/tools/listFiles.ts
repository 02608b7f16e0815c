import path from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { showControls } from '../protocol/plainText.ts';
import { toFailure } from './failures.ts';
import type { ToolKit } from './kit.ts';
import description from './listFiles.md';
import { demandSamePlace, locate } from './place.ts';
import type { Tool, ToolResult } from './tool.ts';
import { plural } from './words.ts';

export const ListFilesInput = z.object({
  path: z.string().optional().describe('Directory to list. Default: the workspace folder.'),
  depth: z.int().min(1).max(5).optional().describe('How many levels to show, 1 to 5. Default: 1.'),
});

const MOST_ENTRIES = 500;
/** Files looked at to learn which directories hold any that are not ignored. */
const MOST_FILES = 20_000;

export function listFilesTool({ host }: ToolKit): Tool<z.infer<typeof ListFilesInput>> {
  return {
    name: 'list_files',
    description,
    input: ListFilesInput,
    readOnly: true,
    async prepare({ path: given = '.', depth = 1 }) {
      const place = await locate(host, given);
      const detail = depth > 1 ? `${depth} levels` : undefined;
      return {
        title: {
          ask: 'List',
          busy: 'Listing',
          done: 'Listed',
          object: place.shown,
          ...(detail && { detail }),
        },
        access: [{ kind: 'read', path: place.given }],
        effects: [],
        async run({ signal }) {
          try {
            await demandSamePlace(host, place);
            return listing(await entries(host, place.real, depth, signal));
          } catch (error) {
            throw toFailure(error, place.shown);
          }
        },
      };
    },
  };
}

interface Entry {
  /** With a trailing slash for directories. */
  name: string;
  level: number;
  /** A directory that only holds ignored files and is not opened. */
  ignored: boolean;
}

async function entries(host: Host, directory: string, depth: number, signal: AbortSignal): Promise<Entry[]> {
  const opened = depth > 1 ? await directoriesWithFiles(host, directory, signal) : new Set<string>();
  const found: Entry[] = [];
  const visit = async (at: string, level: number): Promise<void> => {
    for (const name of await host.list(at)) {
      if (found.length > MOST_ENTRIES) return;
      const below = path.join(at, name.replace(/\/$/, ''));
      const goOn = name.endsWith('/') && level + 1 < depth;
      found.push({ name, level, ignored: goOn && !opened.has(below) });
      if (goOn && opened.has(below)) await visit(below, level + 1);
    }
  };
  await visit(directory, 0);
  return found;
}

async function directoriesWithFiles(
  host: Host,
  directory: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const { paths } = await host.find(directory, [], MOST_FILES, signal);
  const directories = new Set<string>();
  for (const file of paths)
    for (let at = path.dirname(file); at !== directory && !directories.has(at); at = path.dirname(at))
      directories.add(at);
  return directories;
}

function listing(found: Entry[]): ToolResult {
  const limited = found.length > MOST_ENTRIES;
  const shown = found.slice(0, MOST_ENTRIES).map(({ name, level, ignored }) => {
    const text = showControls(name).replaceAll('\n', '\\n');
    return `${'  '.repeat(level)}${text}${ignored ? ' [empty or ignored]' : ''}`;
  });
  const note = limited
    ? [`[only the first ${MOST_ENTRIES} entries; list a directory below, or use find_files]`]
    : [];
  return {
    isError: false,
    content: shown.length > 0 ? [...shown, ...note].join('\n') : '[the directory is empty]',
    display: { kind: 'text', text: shown.length > 0 ? shown.join('\n') : plural(0, 'entry', 'entries') },
  };
}
