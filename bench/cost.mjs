// What a session of 300 steps costs, against the least that any client could do: see bench/cost/floor.mjs. Reads,
// searches, commands and edits in turn over 2,000 files, without model delay; both against the same backend, in turn.
// Fails when a ratio is above its limit: docs/reliability.md. Linux only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { generateTree, writeTree } from '../src/standin/tree.ts';

const STEPS = Number(process.env.BENCH_STEPS ?? 300);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const FILES = 2_000;
const LIMITS = { cpu: 1.5, stepTime: 2, memory: 2, late: 1.2 };
/** More of the product's options. The floor has no sandbox; `BENCH_OPTIONS=""` measures what ours costs besides. */
const MORE = (process.env.BENCH_OPTIONS ?? '--sandbox off').split(' ').filter(Boolean);
const PROMPT = `long run, ${STEPS} steps`;

const root = path.resolve(import.meta.dirname, '..');
const cli = path.join(root, 'dist/cli.cjs');
const rg = createRequire(import.meta.url).resolve(
  `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`,
);
const dir = mkdtempSync(path.join(tmpdir(), 'ascent-bench-'));
const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Runs a program over a fresh tree against a fresh backend; gives what it cost. */
async function measured(name, args) {
  const place = path.join(dir, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const work = path.join(place, 'work');
  writeTree(work, generateTree(FILES));
  const report = path.join(place, 'report.json');
  const server = spawn(process.execPath, [path.join(dir, 'server.cjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
    const url = line.trim();
    const clean = Object.entries(process.env).filter(([key]) => !key.startsWith('ASCENT_'));
    const child = spawn(
      process.execPath,
      ['--require', path.join(import.meta.dirname, 'cost/measure.cjs'), ...args({ url, work, place })],
      {
        cwd: work,
        env: {
          ...Object.fromEntries(clean),
          PATH: `${path.dirname(rg)}:${process.env.PATH}`,
          BENCH_REPORT: report,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', text => (said += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${said}`);
    const gaps = await (await fetch(`${url}/gaps`)).json();
    const broken = Number(await (await fetch(`${url}/prefix`)).text());
    if (gaps.length !== STEPS - 1) throw new Error(`${name} took ${gaps.length + 1} steps`);
    const { cpuMs, childrenMs, peakMb } = JSON.parse(readFileSync(report, 'utf8'));
    const kinds = ['read', 'search', 'command', 'edit'].map((kind, at) => [
      kind,
      median(gaps.filter((_, i) => i > 8 && (i + 3) % 4 === at)),
    ]);
    // Steps that read 4 kB: hardly any tool time to take out. The growing request is still in it.
    const reads = (from, to) =>
      median(gaps.filter((_, i) => i + 1 >= from && i + 1 <= to && (i + 3) % 4 === 0));
    return {
      late: reads(STEPS - 50, STEPS) / reads(10, 60),
      cpuMs,
      childrenMs,
      peakMb,
      stepMs: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
      kinds: Object.fromEntries(kinds),
      broken,
      place,
    };
  } finally {
    server.kill();
  }
}

const product = ({ url, work, place }) => [
  cli,
  'run',
  ...['--base-url', `${url}/v1`, '--model', 'kimi-k2-thinking', '--approve', 'all'],
  ...['--cwd', work, '--state-dir', path.join(place, 'state'), ...MORE, PROMPT],
];
const floor = ({ url, work, place }) => [
  path.join(import.meta.dirname, 'cost/floor.mjs'),
  ...[url, work, path.join(place, 'log'), path.join(dir, 'opening.json'), rg, PROMPT],
];

/** The prompt and the tools that the product sends, so that both send requests of the same size. */
async function takeOpening(place) {
  const state = path.join(place, 'state');
  const list = spawn(process.execPath, [cli, 'sessions', '--json', '--state-dir', state]);
  const id = await text(list);
  const log = await text(
    spawn(process.execPath, [cli, 'log', JSON.parse(id.split('\n')[0]).id, '--json', '--state-dir', state]),
  );
  const { systemPrompt, tools } = JSON.parse(log.split('\n')[0]);
  const declared = tools.map(tool => ({ type: 'function', function: tool }));
  writeFileSync(path.join(dir, 'opening.json'), JSON.stringify({ system: systemPrompt, tools: declared }));
}
async function text(child) {
  let out = '';
  child.stdout.setEncoding('utf8').on('data', part => (out += part));
  await once(child, 'close');
  return out;
}

const show = ({ cpuMs, childrenMs, stepMs, peakMb, kinds }) =>
  `CPU ${(cpuMs / 1000).toFixed(2)} s (children ${(childrenMs / 1000).toFixed(2)}), step ${stepMs.toFixed(1)} ms, peak ${peakMb.toFixed(0)} MB; ` +
  Object.entries(kinds)
    .map(([kind, ms]) => `${kind} ${ms.toFixed(1)}`)
    .join(', ');

try {
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'cost/server.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: path.join(dir, 'server.cjs'),
  });
  const first = await measured('product', product);
  await takeOpening(first.place);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const least = await measured('floor', floor);
    const ours = await measured('product', product);
    console.log(`floor   ${show(least)}\nproduct ${show(ours)}`);
    rounds.push({
      cpu: ours.cpuMs / least.cpuMs,
      stepTime: ours.stepMs / least.stepMs,
      memory: ours.peakMb / least.peakMb,
      late: ours.late,
      broken: ours.broken,
    });
  }
  for (const [what, limit] of Object.entries(LIMITS)) {
    const ratio = median(rounds.map(round => round[what]));
    const than =
      what === 'late' ? `a step at the end, against one at the beginning` : `${what}, against the floor`;
    console.log(`${than}: ${ratio.toFixed(2)} times (at most ${limit})`);
    if (ratio > limit) process.exitCode = 1;
  }
  if (rounds.some(round => round.broken > 0)) {
    console.log('a request did not begin with the bytes of the one before');
    process.exitCode = 1;
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
