/** `ascent sessions` and `ascent log`. */
import type { SessionEvent } from '../protocol/events.ts';
import { applyEvent, emptyTranscript } from '../protocol/transcript.ts';
import type { SessionSummary } from '../protocol/view.ts';
import { realDisk } from '../session/disk.ts';
import { SessionError } from '../session/error.ts';
import { openLog } from '../session/eventLog.ts';
import { followLog } from '../session/followLog.ts';
import { lockHolder } from '../session/lock.ts';
import { logReader } from '../session/logReader.ts';
import { type SessionPaths, sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { healthRows, type WireHealth, wireHealth } from '../session/wireHealth.ts';
import { parse, UsageError } from './args.ts';
import { printItems, printSession } from './print.ts';
import { EXIT, type Io } from './run.ts';
import { safe } from './safe.ts';

const flags = { 'state-dir': { type: 'string' }, json: { type: 'boolean' } } as const;
const logFlags = { ...flags, wire: { type: 'boolean' }, follow: { type: 'boolean' } } as const;

export async function listSessions(args: string[], { env, stdout, stderr }: Io): Promise<number> {
  const { values } = parse(args, flags, 0);
  const sessions = await sessionFiles(values['state-dir'] ?? defaultStateDir(env)).list();
  if (values.json) {
    for (const session of sessions) stdout.write(`${JSON.stringify(session)}\n`);
    return EXIT.done;
  }
  if (sessions.length === 0) stderr.write('No sessions yet. Start one: ascent run "..."\n');
  for (const session of sessions) {
    const when = new Date(session.updatedAt).toISOString().slice(0, 16).replace('T', ' ');
    const state = stateOf(session);
    stdout.write(`${session.id}  ${when}  ${state ? `${state}  ` : ''}${safe(session.title)}\n`);
  }
  return EXIT.done;
}

const PLACES = {
  here: '',
  window: ' in a window',
  terminal: ' on a command line',
  background: ' in the background',
};

function stateOf({ running, where, unfinished, imported }: SessionSummary): string {
  if (imported) return 'imported';
  if (running) return `running${PLACES[where ?? 'here']}`;
  if (unfinished) return 'cut off';
  return where ? `open${PLACES[where]}` : '';
}

export async function printLog(args: string[], { env, stdout }: Io): Promise<number> {
  const { values, positionals } = parse(args, logFlags, 1);
  const [id] = positionals;
  if (!id) throw new UsageError('Which session? ascent log ID');
  const files = sessionFiles(values['state-dir'] ?? defaultStateDir(env));
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  if (values.follow) return follow(files.paths(id), values.json ?? false, stdout);
  const { events } = await openLog(files.paths(id).directory, { write: false });
  if (values.wire) {
    const health = wireHealth(events);
    stdout.write(values.json ? `${JSON.stringify(health)}\n` : safe(healthText(health)));
    return EXIT.done;
  }
  if (values.json) {
    for (const event of events) stdout.write(`${JSON.stringify(event)}\n`);
    return EXIT.done;
  }
  const transcript = emptyTranscript();
  for (const event of events) applyEvent(transcript, event);
  printItems(transcript.items, transcript, { out: stdout, err: stdout, prompts: true });
  return EXIT.done;
}

/** Everything so far, then what comes, until nobody holds the session any more. */
async function follow(paths: SessionPaths, json: boolean, stdout: Io['stdout']): Promise<number> {
  const transcript = emptyTranscript();
  const print = printSession({ transcript }, { out: stdout, err: stdout, prompts: true });
  const tell = (event: SessionEvent) => {
    const change = applyEvent(transcript, event);
    if (json) stdout.write(`${JSON.stringify(event)}\n`);
    else print({ event, change });
  };
  const reader = logReader(paths.directory);
  // Before the log: who takes it later than that is followed in the next round.
  for (let holder = await lockHolder(realDisk, paths.lock); ; ) {
    for (const event of await reader.next()) tell(event);
    if (!holder) return EXIT.done;
    const following = followLog({ paths, holder, reader, onEvent: tell });
    await keptAlive(following.freed);
    await following.stop();
    holder = await lockHolder(realDisk, paths.lock);
  }
}

/** Watching alone does not keep a process. */
async function keptAlive(until: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 60_000);
  await until;
  clearInterval(timer);
}

function healthText(health: WireHealth): string {
  const rows = healthRows(health);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lists = [health.repairs, health.retries].map(list =>
    list.length ? list.map(({ text, times }) => `  ${times} × ${text}`) : ['  none'],
  );
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  return [...lines, 'Repairs', ...lists[0]!, 'Retries', ...lists[1]!, ''].join('\n');
}
