/** The workspace's own instructions to agents. The caller has judged the workspace to be trusted. */
import path from 'node:path';
import { type Host, HostError } from '../host/host.ts';

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
