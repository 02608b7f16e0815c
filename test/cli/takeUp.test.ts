/** A command line killed with SIGKILL while a command runs: `ascent resume` finds out how it went, and runs nothing again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allProcesses, argumentsOf } from '../../src/host/processes.ts';
import type { EventOf, SessionEvent } from '../../src/protocol/events.ts';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { obedient } from '../standin/obedient.ts';
import { until } from '../until.ts';
import { ascent, type Place, sampleProject, start } from './ascent.ts';

/** Counts its runs, prints 20,000 lines, says that it is half-way, waits for a word, prints as many again. */
const command = `echo run >> runs.txt; seq -f "before %.0f" 20000; touch half
until [ -e go ]; do sleep 0.02; done; seq -f "after %.0f" 20000; exit 5`;

async function killedHalfWay() {
  const place = sampleProject();
  const standin = createStandin({ tokensPerSecond: 0, models: ['kimi-k2-thinking'], scenario: obedient });
  const server = await serveStandin(standin, 0);
  onTestFinished(() => server.close());
  const flags = ['--json', '--approve', 'all', '--base-url', server.url];
  /** Its processes are known by this, in a sandbox with process numbers of its own too. */
  const name = `command-${crypto.randomUUID()}`;
  const run = start(['run', ...flags, `: ${name}; ${command}`], place);
  await until(() => existsSync(path.join(place.work, 'half')));
  run.child.kill('SIGKILL');
  const { events } = await run.finished;
  const all = events();
  const [opening] = all;
  if (opening?.type !== 'session.started') throw new Error(`began with ${opening?.type}`);
  const intent = all.find(event => event.type === 'tool.intent');
  const effect = intent?.effects[0];
  if (effect?.kind !== 'command' || !effect.spool) throw new Error('no command was recorded');
  const { spool } = effect;
  return {
    place,
    spool,
    id: opening.id,
    flags,
    processes: () =>
      allProcesses().filter(({ pid }) => argumentsOf(pid)?.some(argument => argument.includes(name))),
    status: () => readFileSync(`${spool}.status`, 'utf8'),
    go: () => writeFileSync(path.join(place.work, 'go'), ''),
  };
}

const resultIn = (events: SessionEvent[]): EventOf<'tool.result'> => {
  const results = events.filter(event => event.type === 'tool.result');
  expect(results).toHaveLength(1);
  return results[0]!;
};
const runsIn = ({ work }: Place) => readFileSync(path.join(work, 'runs.txt'), 'utf8');
const allLines = ['before', 'after']
  .map(when => Array.from({ length: 20_000 }, (_, i) => `${when} ${i + 1}\n`).join(''))
  .join('');

describe.skipIf(process.platform === 'win32')('a command line that was killed', { timeout: 60_000 }, () => {
  it('is followed by one that waits for the command that still runs', async () => {
    const { place, id, flags, go, spool } = await killedHalfWay();
    const resumed = start(['resume', id, ...flags], place);
    await resumed.printed(/"turn\.resumed"/);
    go();
    const { code, events } = await resumed.finished;
    expect(code).toBe(0);
    const result = resultIn(events());
    expect(result.content).toMatch(/\nafter 20000\n\[exit code 5\]$/);
    expect(result.display).toMatchObject({ outcome: { exitCode: 5, fullOutput: spool } });
    expect(readFileSync(spool, 'utf8')).toBe(allLines);
    expect(runsIn(place)).toBe('run\n');
  });

  it('is followed by one that reports what ended meanwhile', async () => {
    const { place, id, flags, go, spool, status } = await killedHalfWay();
    go();
    await until(() => /^exit /m.test(status()));
    const { code, events } = await ascent(['resume', id, ...flags], place);
    expect(code).toBe(0);
    expect(resultIn(events()).content).toMatch(/\nafter 20000\n\[exit code 5\]$/);
    expect(readFileSync(spool, 'utf8')).toBe(allLines);
    expect(runsIn(place)).toBe('run\n');
  });

  it('is followed by one that says what is not known, when the command was killed too', async () => {
    const { place, id, flags, processes, status } = await killedHalfWay();
    process.kill(-Number(/started (\d+)/.exec(status())![1]), 'SIGKILL');
    await until(() => processes().length === 0);
    const { code, events } = await ascent(['resume', id, ...flags], place);
    expect(code).toBe(0);
    const result = resultIn(events());
    expect(result).toMatchObject({
      isError: true,
      display: { outcome: { unknown: 'nothing recorded how it ended' } },
    });
    expect(result.content).toMatch(/^Outcome unknown: /);
    expect(result.content).toMatch(/\nbefore 20000$/);
    expect(runsIn(place)).toBe('run\n');
  });

  it('is followed by one that is interrupted, and ends the command', async () => {
    const { place, id, flags, processes } = await killedHalfWay();
    if (process.platform === 'linux') expect(processes()).not.toEqual([]);
    const resumed = start(['resume', id, ...flags], place);
    await resumed.printed(/"turn\.resumed"/);
    resumed.child.kill('SIGINT');
    const { code, events } = await resumed.finished;
    expect(code).toBe(130);
    expect(resultIn(events()).content).toMatch(/\n\[stopped before its end; /);
    expect(processes()).toEqual([]);
    expect(runsIn(place)).toBe('run\n');
  });
});
