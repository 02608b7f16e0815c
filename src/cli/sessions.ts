/** `ascent sessions` and `ascent log`. */
import { applyEvent, emptyTranscript } from '../protocol/transcript.ts';
import { SessionError } from '../session/error.ts';
import { openLog } from '../session/eventLog.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { healthRows, type WireHealth, wireHealth } from '../session/wireHealth.ts';
import { parse, UsageError } from './args.ts';
import { printItems } from './print.ts';
import { EXIT, type Io } from './run.ts';

const flags = { 'state-dir': { type: 'string' }, json: { type: 'boolean' } } as const;
const logFlags = { ...flags, wire: { type: 'boolean' } } as const;

export async function listSessions(args: string[], { env, stdout, stderr }: Io): Promise<number> {
  const { values } = parse(args, flags);
  const sessions = await sessionFiles(values['state-dir'] ?? defaultStateDir(env)).list();
  if (values.json) {
    for (const session of sessions) stdout.write(`${JSON.stringify(session)}\n`);
    return EXIT.done;
  }
  if (sessions.length === 0) stderr.write('No sessions yet. Start one: ascent run "..."\n');
  for (const { id, title, updatedAt, running } of sessions) {
    const when = new Date(updatedAt).toISOString().slice(0, 16).replace('T', ' ');
    stdout.write(`${id}  ${when}  ${running ? 'running  ' : ''}${title}\n`);
  }
  return EXIT.done;
}

export async function printLog(args: string[], { env, stdout, stderr }: Io): Promise<number> {
  const { values, positionals } = parse(args, logFlags);
  const [id] = positionals;
  if (!id) throw new UsageError('Which session? ascent log ID');
  const files = sessionFiles(values['state-dir'] ?? defaultStateDir(env));
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const { events } = await openLog(files.paths(id).directory, { write: false });
  if (values.wire) {
    const health = wireHealth(events);
    stdout.write(values.json ? `${JSON.stringify(health)}\n` : healthText(health));
    return EXIT.done;
  }
  if (values.json) {
    for (const event of events) stdout.write(`${JSON.stringify(event)}\n`);
    return EXIT.done;
  }
  const transcript = emptyTranscript();
  for (const event of events) applyEvent(transcript, event);
  printItems(transcript.items, transcript, { out: stdout, err: stderr });
  return EXIT.done;
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
