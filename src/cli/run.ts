/** `ascent run` and `ascent resume`: one turn, from a prompt to an exit code. */
import path from 'node:path';
import type { TurnEnd } from '../protocol/events.ts';
import { heldBy } from '../session/heldText.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import type { Session, Sessions } from '../session/sessions.ts';
import { defaultStateDir } from '../session/stateDir.ts';
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
  const env = await withKey(options, io);
  const attended = !!io.stdin.isTTY && !!io.stderr.isTTY && !options.json && !options.background;
  // In the background a question waits in the log for who opens the session next.
  const engine = await createEngine(options, await rootsOf(options, io), env, attended || options.background);
  const session = await openOrStart(engine.sessions, options, engine.start);
  if (!options.json) io.stderr.write(`Session ${session.id}\n`);

  if (options.json && !options.resume) {
    for (const event of await engine.sessions.read(session.id)) io.stdout.write(`${JSON.stringify(event)}\n`);
  }
  const questions = new AbortController();
  const print = options.json ? printEvents(io) : printSession(session, { out: io.stdout, err: io.stderr });
  const unsubscribe = [session.subscribe(print)];
  const ignoreInterrupts = io.onInterrupt(() => void session.stop());
  /** It goes on elsewhere: the turn has not ended. */
  let left: 'wanted' | 'asks' | undefined;
  const leave = (why: typeof left) => {
    left ??= why;
    void session.close();
  };
  session.onWanted(() => leave('wanted'));
  if (attended)
    unsubscribe.push(
      answerOnTerminal(session, io.stdin, io.stderr, questions.signal, how =>
        how === 'interrupted' ? void session.stop() : leave('asks'),
      ),
    );
  if (options.background)
    unsubscribe.push(session.subscribe(() => waitsForSomeone(session) && leave('asks')));
  let reason: TurnEnd | undefined;
  session.subscribe(update => {
    if ('event' in update && update.event.type === 'turn.ended') reason = update.event.reason;
  });
  try {
    const note = options.resume && (await engine.followOptions(session));
    if (note && !options.json) io.stderr.write(`${note}\n`);
    if (session.transcript.head.backend.standIn && !options.json)
      io.stderr.write('Stand-in backend: scripted, no model.\n');
    if (options.approve) await session.setMode(options.approve);
    await (options.prompt ? session.send(options.prompt) : session.resume());
    await session.settled();
  } finally {
    questions.abort();
    ignoreInterrupts();
    for (const stop of unsubscribe) stop();
    await session.close();
  }
  if (reason) return exitCodes[reason];
  if (left === 'wanted') io.stderr.write('Handed over to another process, which goes on with it.\n');
  if (left === 'asks')
    io.stderr.write('It needs an answer: open the session in the editor, or resume it on a terminal.\n');
  return left ? leftCodes[left] : EXIT.failed;
}

const leftCodes = { wanted: EXIT.interrupted, asks: EXIT.unanswered };

/** A question is open, and nothing else of the step still runs. */
function waitsForSomeone({ transcript: { head, items } }: Session): boolean {
  const runs = () => items.some(item => item.kind === 'tool' && item.state === 'running');
  return head.pending.length > 0 && !runs();
}

async function openOrStart(
  sessions: Sessions,
  options: RunOptions,
  start: () => Promise<Session>,
): Promise<Session> {
  const { resume } = options;
  if (!resume) return start();
  const session = await sessions.open(resume);
  const { held } = session;
  if (!held) return session;
  try {
    if (!options['take-over'])
      throw new UsageError(`${heldBy(held.by)}. Go on there, close it there first, or add --take-over.`);
    await held.handOver();
  } finally {
    await session.close();
  }
  return openOrStart(sessions, options, start);
}

/** A session's own folders, unless others are named. */
async function rootsOf({ cwd, resume, ...options }: RunOptions, io: Io): Promise<readonly string[]> {
  const here = [path.resolve(io.cwd, cwd ?? '.')];
  if (!resume || cwd !== undefined) return here;
  const recorded = await sessionFiles(options['state-dir'] ?? defaultStateDir(io.env)).rootsOf(resume);
  return recorded?.length ? recorded : here;
}

/** The environment as if it held the key; this process's own stays as it is. */
async function withKey(options: RunOptions, { stdin, env }: Io): Promise<NodeJS.ProcessEnv> {
  if (!options['api-key-stdin']) return env;
  let text = '';
  for await (const chunk of stdin) text += chunk;
  const key = text.trim();
  if (!key) throw new UsageError('--api-key-stdin: nothing came on standard input.');
  return { ...env, [options['api-key-env'] ?? 'ASCENT_API_KEY']: key };
}

function printEvents({ stdout }: Io): Parameters<Session['subscribe']>[0] {
  return update => {
    if ('event' in update) stdout.write(`${JSON.stringify(update.event)}\n`);
  };
}
