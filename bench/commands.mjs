// What commands cost the process that runs the session, in one run: one that prints 100 MB in 10 s, a stop of a tree
// that does not want to end, and a short one with its record against one that only has pipes.
// Fails when the memory grows by more than 64 MB, the event loop's delay is over 100 ms at its 99th percentile, or a stop
// takes a second.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as esbuild from 'esbuild';

const MB = 1e6;
const MEMORY_LIMIT = 64 * MB;
const DELAY_LIMIT_MS = 100;
const STOP_LIMIT_MS = 1000;
const SHORT_ROUNDS = 60;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const dir = mkdtempSync(path.join(tmpdir(), 'ascent-bench-'));
try {
  const bundle = path.join(dir, 'parts.mjs');
  await esbuild.build({
    stdin: {
      contents: `
        export { createTools } from './src/tools/catalog.ts';
        export { createNodeHost } from './src/host/nodeHost.ts';
        export { runPiped } from './src/host/command/pipedCommand.ts';
        export { runRecorded } from './src/host/command/recordedCommand.ts';
        export { commandEnvironment } from './src/host/command/commandEnvironment.ts';
        export { addLive } from './src/session/live.ts';`,
      resolveDir: path.resolve(import.meta.dirname, '..'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    loader: { '.md': 'text' },
    external: ['web-tree-sitter'],
    outfile: bundle,
    logLevel: 'warning',
  });
  const { createTools, createNodeHost, runPiped, runRecorded, commandEnvironment, addLive } = await import(
    bundle
  );

  const host = createNodeHost({ roots: [dir] });
  const kit = {
    host,
    seen: { hashOf: () => undefined },
    spoolDir: path.join(dir, 'spool'),
    maxCommandSeconds: 3600,
  };
  const tool = createTools(kit).find(({ name }) => name === 'run_command');
  const never = new AbortController().signal;
  /** As the session does: live output is kept and passed on. */
  const run = async command => {
    let live = [];
    let shown = 0;
    const plan = await tool.prepare({ command, timeout_seconds: 600 }, never);
    const result = await plan.run({
      callId: 'c',
      signal: never,
      unasked: false,
      output: text => {
        shown += text.length;
        live = addLive(live, { type: 'tool.output', callId: 'c', text });
      },
    });
    return { result, shown };
  };

  const line =
    'the quick brown fox jumps over the lazy dog and prints a line of output about it all day long 0123456789';
  const megabyte = `yes ${JSON.stringify(line)} | head -c 1000000`;
  const loads = {
    '100 MB in 10 s': `echo first; for i in $(seq 100); do ${megabyte}; sleep 0.09; done; echo last`,
    '100 MB at once': `echo first; yes ${JSON.stringify(line)} | head -c 100000000; echo last`,
  };
  await run(`echo first; ${megabyte}`);
  for (const [name, command] of Object.entries(loads)) {
    collect();
    const before = process.memoryUsage().rss;
    let peak = before;
    const delays = monitorEventLoopDelay({ resolution: 5 });
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const cpu = process.cpuUsage();
    const began = performance.now();
    delays.enable();
    const { result, shown } = await run(command);
    delays.disable();
    clearInterval(sampling);
    const seconds = (performance.now() - began) / 1000;
    const used = process.cpuUsage(cpu);
    const grown = peak - before;
    const p99 = delays.percentile(99) / 1e6;
    console.log(
      `${name}: ${seconds.toFixed(1)} s, memory grew by ${(grown / MB).toFixed(1)} MB (at most ${MEMORY_LIMIT / MB}), ` +
        `event loop delay p99 ${p99.toFixed(1)} ms (at most ${DELAY_LIMIT_MS}), CPU of this process ` +
        `${((used.user + used.system) / 1000).toFixed(0)} ms, ${(shown / 1000).toFixed(0)} kB shown live`,
    );
    const { content } = result;
    const whole =
      /^first\n/.test(content) &&
      /last\n\[exit code 0\]$/.test(content) &&
      /[\d,]+ bytes left out/.test(content);
    if (!whole) throw new Error(`the model did not get head, tail and count:\n${content.slice(0, 200)}`);
    if (grown > MEMORY_LIMIT || p99 > DELAY_LIMIT_MS) process.exitCode = 1;
  }

  const env = commandEnvironment(process.env);
  const plain = async (argv, env) => ({ argv, env });
  const stop = new AbortController();
  let begun = () => {};
  const ready = new Promise(resolve => {
    begun = resolve;
  });
  const stubborn = `trap '' TERM; setsid bash -c 'trap "" TERM; sleep 1000' & yes | sleep 1000 & echo ready; sleep 1000`;
  const spec = {
    command: stubborn,
    cwd: dir,
    timeoutMs: 60_000,
    outputFile: path.join(dir, 'spool', 'stubborn.txt'),
  };
  const stubbornEnds = runRecorded(spec, env, plain, begun, stop.signal);
  await ready;
  const stoppedAt = performance.now();
  stop.abort();
  await stubbornEnds;
  const stopping = performance.now() - stoppedAt;
  console.log(
    `a tree that ignores SIGTERM is gone ${stopping.toFixed(0)} ms after a stop (at most ${STOP_LIMIT_MS})`,
  );
  if (stopping > STOP_LIMIT_MS) process.exitCode = 1;

  const ways = {
    recorded: (spec, env, onOutput, signal) => runRecorded(spec, env, plain, onOutput, signal),
    piped: runPiped,
  };
  const times = { recorded: [], piped: [] };
  const cpus = { recorded: [], piped: [] };
  for (let round = -5; round < SHORT_ROUNDS; round++) {
    // Which comes first alternates, so that neither profits from what the other has warmed.
    for (const way of round % 2 ? ['recorded', 'piped'] : ['piped', 'recorded']) {
      const outputFile = path.join(dir, 'spool', `${way}-${round}.txt`);
      const cpu = process.cpuUsage();
      const began = performance.now();
      await ways[way](
        { command: 'echo hello', cwd: dir, timeoutMs: 60_000, outputFile },
        env,
        () => {},
        never,
      );
      if (round < 0) continue;
      times[way].push(performance.now() - began);
      const { user, system } = process.cpuUsage(cpu);
      cpus[way].push((user + system) / 1000);
    }
  }
  const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
  const mean = list => list.reduce((sum, one) => sum + one, 0) / list.length;
  console.log(
    `echo: recorded ${median(times.recorded).toFixed(1)} ms, piped ${median(times.piped).toFixed(1)} ms, ` +
      `ratio ${(median(times.recorded) / median(times.piped)).toFixed(2)} (medians of ${SHORT_ROUNDS}); CPU of this ` +
      `process ${mean(cpus.recorded).toFixed(2)} and ${mean(cpus.piped).toFixed(2)} ms`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
