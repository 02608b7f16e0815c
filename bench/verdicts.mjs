// How long a verdict takes: over the case tables, and over input made to be slow, up to a megabyte. Milliseconds on the
// machine that runs it, which should have nothing else to do. Fails when a promise of docs/security.md does not hold.
import { attempts } from '../test/safety/attempts.cases.ts';
import { allowed, asked } from '../test/safety/commands.cases.ts';
import { everyday } from '../test/safety/everyday.cases.ts';
import { linux } from '../test/safety/paths.cases.ts';
import { held, tablePolicy } from '../test/safety/world.ts';

const P99 = 5;
const WORST = 250;
const ROUNDS = 5;

const policy = tablePolicy({}, { roots: ['/ws', '/other'] });
const now = { mode: 'ask', rules: [] };
const timed = async (access, under = now) => {
  const began = performance.now();
  await policy.decide([access], under);
  return performance.now() - began;
};
const command = (line, under) => timed({ kind: 'command', command: line, cwd: '/ws' }, under);
/** Rules that forbid are looked for in every word of a line. */
const forbidding = {
  mode: 'all',
  rules: Array.from({ length: 10 }, (_, i) => [
    held({ kind: 'denyCommand', words: ['git', `push${i}`] }),
    held({ kind: 'denyPath', glob: `data${i}/**/*.sql` }),
  ]).flat(),
};

/** What the machine does besides is not what a verdict costs: of several times the shortest counts. */
const shortest = async measure => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await measure());
  return best;
};

const lines = [...allowed.map(([line]) => line), ...asked.map(([line]) => line), ...everyday];
lines.push(...Object.values(attempts).flat());
// The grammar is loaded on first use, once in the life of a window.
console.log(`first verdict, with loading the grammar: ${(await command('ls')).toFixed(1)} ms`);
for (const line of lines) await command(line);
const times = [];
for (const line of lines) times.push(await shortest(() => command(line)));
for (const [path] of linux) times.push(await shortest(() => timed({ kind: 'write', path })));
times.sort((a, b) => a - b);
const at = share => times[Math.floor(times.length * share)];
console.log(
  `${times.length} verdicts over the tables: median ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms (at most ${P99}), slowest ${times.at(-1).toFixed(1)} ms`,
);

const fill = (text, size) => text.repeat(Math.ceil(size / text.length)).slice(0, size);
const seeds = [
  ...[
    '$(',
    '`',
    '((',
    '{',
    '[[ ',
    'a=$(',
    '"',
    "'",
    '\\',
    '\\\n',
    '<<E\n',
    '<(',
    '${a:',
    'if ',
    'case x in ',
    'f(){ ',
  ],
  ...[
    'ls;',
    'ls && ',
    'ls | ',
    'cat a ',
    'a ',
    'a\n',
    '>x ',
    '2>&1 ',
    '~/',
    '../',
    './',
    '-x ',
    'é',
    '\u{1f600}',
    '\u200b',
  ],
  ...[
    '\r',
    '\0',
    '/ws/../',
    "'a'",
    '"a"',
    '\\a',
    'cd a && ',
    'cd a; ',
    'cat a b c d; ',
    'find . -name a ',
    'grep -r x . ; ',
  ],
  ...[
    "sed -n '1p;2p' a; ",
    "awk '{print $1}' a; ",
    'jq . a; ',
    'echo "$',
    '!',
    '#',
    '* ',
    '? ',
    '[a]',
    'rg -e x ',
  ],
];
let slowest = { ms: 0, what: '' };
const sizes = [100, 1_000, 4_000, 8_000, 8_192, 8_193, 65_536, 1_000_000];
let count = 0;
for (const size of sizes)
  for (const seed of seeds)
    for (const shape of [fill(seed, size), `ls ${fill(seed, size - 3)}`, `${fill(seed, size - 4)}; ls`]) {
      const ms = await shortest(() => command(shape));
      count++;
      if (ms > slowest.ms) slowest = { ms, what: `${JSON.stringify(seed)} to ${size} characters` };
    }
/** Scripts of other languages, and words that rules look at: what stands before, is repeated, and stands behind. */
const scripts = [
  ["awk '{print", ' ', "' a"],
  ["awk '{print ", '1 , ', "' a"],
  ["awk '", '/a/ && ', "' a"],
  ["awk '$1", ' ', "' a"],
  ["sed -n '", '1,2p;', "x' a"],
  ["sed 's/", '\\a', "' a"],
  ["jq '", '.a | ', "' a"],
  ["printf '", '%s', "%z'"],
  ["date '+%", '-', "'"],
  ["git log '--format=", '%h ', "%'"],
  ["rg -g '*.{", 'ts,', "' x"],
  ['cat ', 'a/../', 'b'],
  ['cd a; cd b; cat ', 'c/../', 'd'],
  ['cat ', 'a/', 'b'],
  ['env ', 'git ', 'x'],
  ['env ', 'git -c ', 'x'],
  ['$x ', 'git -', 'x'],
  ['$x ', 'd* ', 'x'],
  ['env ', 'sh -c ', 'x'],
  ["sh -c '", '"', "'"],
];
for (const size of [4_000, 8_000, 65_536])
  for (const [before, seed, behind] of scripts)
    for (const under of [now, forbidding]) {
      const line = before + fill(seed, size) + behind;
      const ms = await shortest(() => command(line, under));
      count++;
      const what = `${JSON.stringify(before + seed)} to ${size} characters, mode ${under.mode}`;
      if (ms > slowest.ms) slowest = { ms, what };
    }
for (const size of sizes)
  for (const seed of ['../', 'a/', '/', '\u0301', '.', '\\', 'ß']) {
    const ms = await shortest(() => timed({ kind: 'write', path: `/ws/${fill(seed, size)}` }));
    count++;
    if (ms > slowest.ms) slowest = { ms, what: `a path of ${JSON.stringify(seed)} to ${size} characters` };
  }
console.log(
  `${count} verdicts over input made to be slow, up to 1 MB: slowest ${slowest.ms.toFixed(0)} ms (at most ${WORST}): ${slowest.what}`,
);
if (at(0.99) > P99 || slowest.ms > WORST) process.exitCode = 1;
