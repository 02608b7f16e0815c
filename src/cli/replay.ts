/** `ascent replay`: a session step by step, from its log or from an exported file; and `--verify`. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEvent } from '../protocol/events.ts';
import { realDisk } from '../session/disk.ts';
import { SessionError } from '../session/error.ts';
import { openLog } from '../session/eventLog.ts';
import { isSessionId } from '../session/ids.ts';
import { createReplay, type Replay } from '../session/replay/replay.ts';
import { verifySession } from '../session/replay/verify.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { readExportFile } from '../session/transfer/importSession.ts';
import { parse, UsageError } from './args.ts';
import { printStep, type StepPrint, summaryOf } from './replayPrint.ts';
import { EXIT, type Io } from './run.ts';
import { safe } from './safe.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
/** However long it took then. */
const LONGEST_WAIT_MS = 10_000;

export async function replayCommand(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(
    args,
    { 'state-dir': text, step: text, speed: text, json: flag, verify: flag },
    1,
  );
  const [what] = positionals;
  if (!what) throw new UsageError('Which session? ascent replay FILE, or ascent replay ID');
  const step = numberOf('--step', values.step, Number.isInteger);
  const speed = numberOf('--speed', values.speed, Number.isFinite);
  const events = await eventsOf(
    what,
    path.resolve(io.cwd, values['state-dir'] ?? defaultStateDir(io.env)),
    io.cwd,
  );
  if (values.verify) return verify(events, values.json ?? false, io);

  const replay = createReplay(events);
  const steps = step === undefined ? replay.steps : replay.steps.filter(s => s.step === step);
  if (step !== undefined && !steps.length)
    throw new UsageError(`There is no step ${step}: the session has ${replay.steps.length}.`);
  const print = values.json
    ? jsonPrinter(io)
    : (one: StepPrint) => printStep(one, io.stdout, step !== undefined);
  if (!values.json) io.stdout.write(`${summaryOf(replay, events)}\n`);
  const stop = new AbortController();
  const ignore = io.onInterrupt(() => stop.abort());
  try {
    for (const [index, found] of steps.entries()) {
      const before = steps[index - 1];
      if (speed && before) await wait(Math.min(LONGEST_WAIT_MS, (found.at - before.at) / speed), stop.signal);
      if (stop.signal.aborted) return EXIT.interrupted;
      print(asOf(replay, found));
    }
  } finally {
    ignore();
  }
  return EXIT.done;
}

/** What a step added, and the head as it was then. */
function asOf(replay: Replay, step: Replay['steps'][number]): StepPrint {
  const index = replay.steps.indexOf(step);
  const start = replay.steps[index - 1]?.end ?? 0;
  replay.seek(start);
  const shown = new Set(replay.transcript.items.map(item => item.id));
  const { head } = replay.seek(step.end);
  const items = replay.transcript.items.filter(item => !shown.has(item.id));
  return { ...step, of: replay.steps.length, items, head };
}

function jsonPrinter({ stdout }: Io) {
  return ({ step, turn, at, cost, items, head }: StepPrint) =>
    void stdout.write(
      `${JSON.stringify({ step, turn, at, cost, total: head.cost, plan: head.plan, items })}\n`,
    );
}

async function eventsOf(what: string, stateDir: string, cwd: string): Promise<readonly SessionEvent[]> {
  const files = sessionFiles(stateDir);
  if (isSessionId(what) && (await files.exists(what)))
    return (await openLog(files.paths(what).directory, { write: false })).events;
  const file = path.resolve(cwd, what);
  if (!(await realDisk.stat(file)))
    throw new SessionError('notFound', `There is no session ${what}, and no file of that name.`);
  return (await readExportFile(file)).events;
}

async function verify(events: readonly SessionEvent[], json: boolean, { stdout }: Io): Promise<number> {
  const { difference, compared, requests, open } = await verifySession(events);
  if (json) stdout.write(`${JSON.stringify({ equal: !difference, compared, requests, open, difference })}\n`);
  else if (difference)
    stdout.write(`${safe(difference.text)}\nThe ${compared} events before it are the same.\n`);
  else
    stdout.write(
      `The loop does what the log says: ${compared} events and ${requests} requests are the same.${open ? ' The log ends within a turn.' : ''}\n`,
    );
  return difference ? EXIT.failed : EXIT.done;
}

const wait = (ms: number, signal: AbortSignal) =>
  delay(Math.max(0, ms), undefined, { signal }).catch(() => {});

function numberOf(name: string, value: string | undefined, fits: (n: number) => boolean): number | undefined {
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!(fits(n) && n > 0))
    throw new UsageError(`${name} must be a ${fits(1.5) ? '' : 'whole '}number above 0.`);
  return n;
}
