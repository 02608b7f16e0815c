// Runs the benchmarks, or some:  node scripts/bench.mjs [cost|checkpoints|...]. One file of bench/ is one subject; it
// prints ratios measured in one run, and its exit code says whether they are within their limits.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/paths.mjs';
import { must, run } from './lib/process.mjs';
import { asProgram } from './lib/program.mjs';
import { setUp } from './setup.mjs';

await asProgram(import.meta.url, async () => {
  const { node, env } = await setUp({ server: false, browser: false });
  const known = readdirSync(path.join(root, 'bench'))
    .filter(name => name.endsWith('.mjs'))
    .map(name => name.slice(0, -4));
  const asked = process.argv.slice(2);
  const unknown = asked.filter(name => !known.includes(name));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
  // What people install.
  await must(node, ['esbuild.mjs', '--production'], { cwd: root, env, show: true });
  for (const name of asked.length > 0 ? asked : known) {
    console.log(`== ${name}`);
    const { code } = await run(node, [`bench/${name}.mjs`], { cwd: root, env, show: true });
    if (code !== 0) process.exitCode = 1;
  }
});
