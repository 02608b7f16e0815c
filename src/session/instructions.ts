/** The workspace's own instructions to agents. The caller has judged the workspace to be trusted. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Host, HostError } from '../host/host.ts';
import type { NewEvent } from '../protocol/events.ts';
import { holdsHidden } from '../protocol/hiddenCharacters.ts';
import { showControls } from '../protocol/plainText.ts';
import { type Disk, realDisk, replaceFile } from './disk.ts';

const FILE = 'AGENTS.md';
const MAX_BYTES = 32_000;

/** Begins the last line where not all of the file is given, or none of it; people are told the same. */
const CUT = `[${FILE} is cut`;
const UNREADABLE = `[${FILE} cannot be read`;

/** Undefined when there is none. What is too long is cut, and what cannot be read is named: both with a line about it. */
export async function readInstructions(host: Host): Promise<string | undefined> {
  const [root] = host.roots;
  if (!root) return;
  try {
    const { text } = await host.read(path.join(root, FILE));
    const bytes = Buffer.from(text);
    if (bytes.length <= MAX_BYTES) return text;
    // Not in the middle of a character, nor of a line.
    const part = bytes
      .subarray(0, MAX_BYTES)
      .toString()
      .replace(/\ufffd+$/, '');
    const kept = part.slice(0, part.lastIndexOf('\n') + 1 || undefined).trimEnd();
    return `${kept}\n\n${CUT} here: it has ${kB(bytes.length)}, and ${kB(MAX_BYTES)} are given. Read the file for the rest.]`;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.code === 'notFound' ? undefined : `${UNREADABLE} as text, so nothing of it is given.]`;
  }
}

const kB = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;

/** How they go to the model: nothing in them is hidden from a person who reads them. */
export const shownInstructions = (text: string) => showControls(text).replaceAll('\r', '');

type Notice = Extract<NewEvent, { type: 'notice' }>;

/**
 * What people should know about the instructions that a new session gets: that they are cut, that they hold hidden
 * characters, and that they are others than the last session in this folder got. Remembers them in the state directory.
 */
export async function instructionNotices(
  { stateDir, root, text }: { stateDir: string; root: string; text: string },
  disk: Disk = realDisk,
): Promise<Notice[]> {
  const hash = createHash('sha256').update(text).digest('hex');
  const before = await exchange(disk, stateDir, root, hash);
  const notices: Notice[] = [];
  const [last = ''] = text.split('\n').slice(-1);
  if (last.startsWith(CUT) || last.startsWith(UNREADABLE))
    notices.push({
      type: 'notice',
      level: 'warning',
      code: 'instructions:cut',
      text: last.startsWith(CUT)
        ? `${FILE} is longer than ${kB(MAX_BYTES)}. The model gets the beginning, and is told that there is more.`
        : `${FILE} cannot be read as text. The model gets nothing of it.`,
    });
  if (holdsHidden(text))
    notices.push({
      type: 'notice',
      level: 'warning',
      code: 'instructions:hidden',
      text: `${FILE} holds invisible characters. The model sees them spelled out; look at the file before you go on.`,
    });
  if (before !== undefined && before !== hash)
    notices.push({
      type: 'notice',
      level: 'warning',
      code: `instructions:${hash}`,
      text: `${FILE} has changed since the last session here: sha256 ${hash.slice(0, 16)}, before ${before.slice(0, 16)}. The model follows it, so look at what changed if it was not you.`,
    });
  return notices;
}

/** Keeps the hash for this folder; gives the one that was kept. A file that is missing or damaged is an empty one. */
async function exchange(
  disk: Disk,
  stateDir: string,
  root: string,
  hash: string,
): Promise<string | undefined> {
  const file = path.join(stateDir, 'instructions.json');
  let known: Record<string, string> = {};
  try {
    const bytes = await disk.read(file);
    if (bytes) known = JSON.parse(bytes.toString());
  } catch {
    // Nothing is known then.
  }
  const before = known[root];
  if (before !== hash) {
    await disk.makeDirectory(stateDir);
    const text = `${JSON.stringify({ ...known, [root]: hash }, undefined, 2)}\n`;
    await replaceFile(disk, file, Buffer.from(text), stateDir);
  }
  return typeof before === 'string' ? before : undefined;
}
