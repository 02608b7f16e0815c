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

/** Undefined when there is none, or none that could be read as text. */
export async function readInstructions(host: Host): Promise<string | undefined> {
  const [root] = host.roots;
  if (!root) return;
  try {
    return (await host.read(path.join(root, FILE), { maxBytes: MAX_BYTES })).text;
  } catch (error) {
    if (error instanceof HostError) return;
    throw error;
  }
}

/** How they go to the model: nothing in them is hidden from a person who reads them. */
export const shownInstructions = (text: string) => showControls(text).replaceAll('\r', '');

type Notice = Extract<NewEvent, { type: 'notice' }>;

/**
 * What people should know about the instructions that a new session gets: that they hold hidden characters, and that
 * they are others than the last session in this folder got. Remembers them in the state directory.
 */
export async function instructionNotices(
  { stateDir, root, text }: { stateDir: string; root: string; text: string },
  disk: Disk = realDisk,
): Promise<Notice[]> {
  const hash = createHash('sha256').update(text).digest('hex');
  const before = await exchange(disk, stateDir, root, hash);
  const notices: Notice[] = [];
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
