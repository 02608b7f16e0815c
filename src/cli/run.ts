/** `ascent run` and `ascent resume`: one turn, from a prompt to an exit code. */
import path from 'node:path';
import type { TurnEnd } from '../protocol/events.ts';
import type { Session, Sessions } from '../session/sessions.ts';
import { type RunOptions, UsageError } from './args.ts';
import { answerOnTerminal } from './ask.ts';
import { createEngine } from './engine.ts';
import { printSession } from './print.ts';

/** The process, as far as the commands see it. */
export interface Io {
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Calls back on Ctrl+C; gives back a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}

export const EXIT = { done: 0, failed: 1, usage: 2, limit: 3, unanswered: 4, interrupted: 130 } as const;

const exitCodes: Record<TurnEnd, number> = {
  done: EXIT.done,
  failed: EXIT.failed,
  stopped: EXIT.interrupted,
  stepLimit: EXIT.limit,
  costLimit: EXIT.limit,
  stuck: EXIT.limit,
  unanswered: EXIT.unanswered,
};

export async function run(options: RunOptions, io: Io): Promise<number> {
  if (!options.prompt && !options.resume) {
    throw new UsageError('There is no prompt. Say what to do: ascent run "make the failing test pass"');
  }
  const attended = !!io.stdin.isTTY && !!io.stderr.isTTY && !options.json;
  const engine = await createEngine(options, path.resolve(io.cwd, options.cwd ?? '.'), io.env, attended);
  const session = await openOrStart(engine.sessions, options, engine.start);
  if (session.readOnly) throw new UsageError(session.readOnly);
  if (engine.standIn && !options.json) io.stderr.write('Stand-in backend: scripted, no model.\n');
  if (!options.json) io.stderr.write(`Session ${session.id}\n`);

  if (options.json && !options.resume) {
    for (const event of await engine.sessions.read(session.id)) io.stdout.write(`${JSON.stringify(event)}\n`);
  }
  const questions = new AbortController();
  const print = options.json ? printEvents(io) : printSession(session, { out: io.stdout, err: io.stderr });
  const unsubscribe = [session.subscribe(print)];
  if (attended) unsubscribe.push(answerOnTerminal(session, io.stdin, io.stderr, questions.signal));
  const ignoreInterrupts = io.onInterrupt(() => void session.stop());
  let reason: TurnEnd | undefined;
  session.subscribe(update => {
    if ('event' in update && update.event.type === 'turn.ended') reason = update.event.reason;
  });
  try {
    await (options.prompt ? session.send(options.prompt) : session.resume());
    await session.settled();
  } finally {
    questions.abort();
    ignoreInterrupts();
    for (const stop of unsubscribe) stop();
    await session.close();
  }
  return reason ? exitCodes[reason] : EXIT.failed;
}

function openOrStart(
  sessions: Sessions,
  { resume }: RunOptions,
  start: () => Promise<Session>,
): Promise<Session> {
  return resume ? sessions.open(resume) : start();
}

function printEvents({ stdout }: Io): Parameters<Session['subscribe']>[0] {
  return update => {
    if ('event' in update) stdout.write(`${JSON.stringify(update.event)}\n`);
  };
}
