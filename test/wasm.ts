/** The real bash grammar, from the packages that the bundles take it from. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { WasmName } from '../src/safety/commands/bashParser.ts';

const require = createRequire(import.meta.url);

export function loadWasm(name: WasmName): Promise<Uint8Array> {
  return readFile(require.resolve(`${name.replace('.wasm', '')}/${name}`));
}
