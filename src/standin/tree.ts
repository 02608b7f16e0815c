/** A made-up workspace of any size for long runs: the same files for the same seed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seeded } from './clock.ts';

const NOUNS = ['order', 'parcel', 'route', 'depot', 'invoice', 'driver', 'shift', 'pallet', 'label', 'claim'];
const VERBS = ['find', 'count', 'merge', 'check', 'price', 'plan', 'split', 'close', 'track', 'sort'];
const FILES_IN_FOLDER = 25;
const FUNCTIONS = 12;

/** Path → text; each file about 4 kB, with one line `export const revision = 0;`. */
export function generateTree(files: number, seed = 1): Map<string, string> {
  const random = seeded(seed);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  const tree = new Map<string, string>();
  for (let file = 0; file < files; file++) {
    const folder = `area-${String(Math.floor(file / FILES_IN_FOLDER)).padStart(2, '0')}`;
    const noun = pick(NOUNS);
    const parts = [
      `/** Generated: module ${file}, about every ${noun} in ${folder}. */`,
      'export const revision = 0;',
    ];
    for (let index = 0; index < FUNCTIONS; index++)
      parts.push(functionText(pick(VERBS), noun, index, random));
    tree.set(`${folder}/module-${String(file).padStart(4, '0')}.js`, `${parts.join('\n\n')}\n`);
  }
  return tree;
}

/** Writes a tree below `root`, which is made where it is missing. */
export function writeTree(root: string, tree: ReadonlyMap<string, string>): void {
  for (const [name, text] of tree) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function functionText(verb: string, noun: string, index: number, random: () => number): string {
  const name = `${verb}${noun[0]!.toUpperCase()}${noun.slice(1)}${index}`;
  const limit = Math.floor(random() * 900) + 100;
  return `/** The ${noun}s that ${verb} step ${index} keeps: below ${limit}, each of them once. */
export function ${name}(${noun}s, from = ${index}) {
  const kept = new Map();
  for (const ${noun} of ${noun}s.slice(from)) {
    if (${noun}.weight < ${limit}) kept.set(${noun}.id, { ...${noun}, step: ${index} });
  }
  return [...kept.values()];
}`;
}
