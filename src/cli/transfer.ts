/** `ascent export` and `ascent import`. */
import { homedir } from 'node:os';
import path from 'node:path';
import { SessionError } from '../session/error.ts';
import { openLog } from '../session/eventLog.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { type Exported, exportSession } from '../session/transfer/exportSession.ts';
import { importSession } from '../session/transfer/importSession.ts';
import { secretsOf } from '../session/transfer/knownSecrets.ts';
import { parse, UsageError } from './args.ts';
import { EXIT, type Io } from './run.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export async function exportCommand(args: string[], { env, cwd, stdout }: Io): Promise<number> {
  const { values, positionals } = parse(
    args,
    { 'state-dir': text, 'api-key-env': text, force: flag, json: flag },
    2,
  );
  const [id, file] = positionals;
  if (!id || !file) throw new UsageError('What, and where to? ascent export ID FILE');
  const files = sessionFiles(values['state-dir'] ?? defaultStateDir(env));
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const { events } = await openLog(files.paths(id).directory, { write: false });
  const key = env[values['api-key-env'] ?? 'ASCENT_API_KEY'];
  const done = await exportSession(events, path.resolve(cwd, file), {
    known: [...(key ? [key] : []), ...secretsOf(env)],
    home: homedir(),
    now: Date.now(),
    overwrite: values.force ?? false,
  });
  stdout.write(values.json ? `${JSON.stringify(done)}\n` : `${exportedText(done)}\n`);
  return EXIT.done;
}

function exportedText({ file, events, bytes, leftOut }: Exported): string {
  const size = bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return `Exported ${events} events (${size}) to ${file}. ${leftOutText(leftOut)}`;
}

/** "3 secrets were left out, in 7 places." */
export function leftOutText({ secrets, places }: Exported['leftOut']): string {
  if (!secrets) return 'No secret was found in it; look it over before you give it away.';
  const where = places === 1 ? '1 place' : `${places} places`;
  return `${secrets === 1 ? '1 secret was' : `${secrets} secrets were`} left out, in ${where}; look it over before you give it away.`;
}

export async function importCommand(args: string[], { env, cwd, stdout }: Io): Promise<number> {
  const { values, positionals } = parse(args, { 'state-dir': text, json: flag }, 1);
  const [file] = positionals;
  if (!file) throw new UsageError('Which file? ascent import FILE');
  const stateDir = path.resolve(cwd, values['state-dir'] ?? defaultStateDir(env));
  const { id, known, header, events, dropped } = await importSession(path.resolve(cwd, file), stateDir);
  if (values.json) {
    stdout.write(`${JSON.stringify({ id, known, title: header.title, events: events.length, dropped })}\n`);
    return EXIT.done;
  }
  const later = dropped
    ? ` ${dropped === 1 ? '1 event' : `${dropped} events`} of a later version of Ascent were left out.`
    : '';
  stdout.write(
    known
      ? `This file was imported before, as ${id}.\n`
      : `Imported as ${id}, ${events.length} events.${later} It can be looked at, not continued.\n`,
  );
  stdout.write(`Replay it: ascent replay ${id}\n`);
  return EXIT.done;
}
