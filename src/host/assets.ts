/** Files that ship beside the bundle. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** `name`: a file in the directory of the running bundle. */
export function readAsset(directory: string, name: string): Promise<Uint8Array> {
  return readFile(path.join(directory, name));
}
