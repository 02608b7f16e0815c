/**
 * V8 optimises the bash grammar in the background after a few parses. Its one huge function takes 0.7 s of CPU and
 * 500 MB for that, and a parse takes a fiftieth of a millisecond without. What is compiled meanwhile stays as it is;
 * every other module of the process is optimised as ever. (Node and Electron leave V8's flags open.)
 */
import { setFlagsFromString } from 'node:v8';

const TIERS = ['wasm-tier-up', 'wasm-dynamic-tiering'];

/** WebAssembly that `compile` compiles is never optimised. */
export async function withoutOptimising<T>(compile: () => Promise<T>): Promise<T> {
  for (const flag of TIERS) setFlagsFromString(`--no-${flag}`);
  try {
    return await compile();
  } finally {
    for (const flag of TIERS) setFlagsFromString(`--${flag}`);
  }
}
