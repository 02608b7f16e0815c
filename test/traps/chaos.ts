/** Long work over real files and shells, with and without a fault at every tenth request. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../src/model/clock.ts';
import { createScheduler } from '../../src/model/scheduler.ts';
import type { Done } from '../../src/standin/conversation.ts';
import type { Fault } from '../../src/standin/faults.ts';
import { exitCode, wasWritten } from '../../src/standin/results.ts';
import {
  act,
  answer,
  editFile,
  type Reply,
  readFile,
  runCommand,
  type Scenario,
} from '../../src/standin/script.ts';
import { stepLimit } from '../session/limits.ts';
import { type Played, session } from './field.ts';

const FILES = 4;
const file = (unit: number) => `part-${Math.floor(unit / 3) % FILES}.txt`;
/** How often this file was edited in the units before. */
const revision = (unit: number) => Math.floor(Math.floor(unit / 3) / FILES);

/** Reads a file, leaves a mark through a shell, edits the file; then the next. */
function callOf(unit: number) {
  if (unit % 3 === 0) return readFile({ path: file(unit) });
  if (unit % 3 === 1) return runCommand({ command: `echo ${unit} >> marks.log` });
  const [old_text, new_text] = [revision(unit), revision(unit) + 1].map(n => `revision ${n};`) as [
    string,
    string,
  ];
  return editFile({ path: file(unit), edits: [{ old_text, new_text }] });
}

/** As the model would see it: from what came back. */
function succeeded({ name, result = '' }: Done): boolean {
  if (name === 'run_command') return exitCode(result) === 0;
  if (name === 'edit_file') return wasWritten(result);
  return name === 'read_file' && /^\d+\t/m.test(result);
}

/** Does one unit a step, again where it did not succeed, until all are done. */
const work = (units: number): Scenario => ({
  name: 'chaos',
  about: '',
  matches: () => true,
  next({ done }): Reply {
    const unit = done.filter(succeeded).length;
    return unit < units
      ? act(`Unit ${unit} of ${units} — ${file(unit)}.`, callOf(unit))
      : answer('All units are done.', `${units} units, ${done.length} calls.`);
  },
});

/** Whatever backends do, in turn; after those that no client can get over the person presses Continue. */
const KINDS: readonly Fault[] = [
  { kind: 'thinkOnly' },
  { kind: 'cutInArguments' },
  { kind: 'markup', where: 'reasoning', split: true },
  { kind: 'overloaded' },
  { kind: 'undeclaredTool', name: 'bash' },
  { kind: 'gatewayTimeout' },
  { kind: 'callIds', how: 'absent' },
  { kind: 'quota' },
  { kind: 'lengthInReasoning' },
  { kind: 'streamError', afterChunks: 3 },
  { kind: 'invalidJson', how: 'missingBrace' },
  { kind: 'rateLimit', retryAfter: 1 },
  { kind: 'markup', where: 'content' },
  { kind: 'disconnect', afterChunks: 5 },
  { kind: 'finishWithoutCalls' },
  { kind: 'overflow', dialect: 'vllm' },
  { kind: 'callIds', how: 'duplicate' },
  { kind: 'invalidJson', how: 'doubleEncoded' },
  { kind: 'serverError' },
  { kind: 'lengthInAnswer' },
  { kind: 'noIndex' },
  { kind: 'unreachable' },
  { kind: 'stopWithCalls' },
  { kind: 'invalidJson', how: 'badEscape' },
  { kind: 'noFinishReason' },
  { kind: 'argumentsBeforeName' },
  { kind: 'noUsage' },
  { kind: 'noDone' },
  { kind: 'splitUtf8' },
  { kind: 'stall', afterChunks: 2, ms: 600_000 },
  { kind: 'emptyReasoning' },
  { kind: 'crlf' },
];

export interface Outcome {
  /** Path → text, of the whole workspace. */
  files: Record<string, string>;
  requests: number;
  continued: number;
  /** Calls that were carried out, and failed. */
  errors: number;
  /** Effects that were about to happen. */
  intents: number;
}

/** A host that named its limit a minute is kept to it; here the minutes pass at once. */
function skipping(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      skipped += ms;
    },
  };
}

export async function run(steps: number, faulty: boolean): Promise<Outcome> {
  // The answer is a step, too.
  const units = steps - 1;
  const faults = Array.from({ length: faulty ? steps : 0 }, (_, at) => ({
    request: 10 * (at + 1),
    ...KINDS[at % KINDS.length]!,
  }));
  const played = await session(
    {
      scenario: work(units),
      faults,
      record: true,
      client: { patience: { betweenMs: 1_000 }, scheduler: createScheduler(skipping()) },
    },
    'all',
    {
      limits: () => stepLimit(10 * steps),
    },
  );
  for (let n = 0; n < FILES; n++) played.shop.write(`part-${n}.txt`, `part ${n}\nrevision 0;\n`);
  await played.session.send('work');
  await played.session.settled();
  let continued = 0;
  while ((await ending(played)) === 'failed' && continued < steps) {
    continued++;
    await played.session.resume();
    await played.session.settled();
  }
  const events = await played.events();
  return {
    files: tree(played.shop.work),
    requests: played.standin.requests.length,
    continued,
    errors: events.filter(e => e.type === 'tool.result' && e.isError).length,
    intents: events.filter(e => e.type === 'tool.intent').length,
  };
}

async function ending(played: Played): Promise<string | undefined> {
  const last = (await played.events()).at(-1);
  return last?.type === 'turn.ended' ? last.reason : undefined;
}

function tree(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map(name => [name, readFileSync(path.join(root, name), 'utf8')]));
}

/** The numbers that `marks.log` holds when each unit left its mark once, in order. */
export const marks = (steps: number): string =>
  Array.from({ length: steps - 1 }, (_, unit) => unit)
    .filter(unit => unit % 3 === 1)
    .map(unit => `${unit}\n`)
    .join('');
