/** `ascent stop`: ends what runs in a session, in whatever process it runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEvent } from '../protocol/events.ts';
import { realDisk } from '../session/disk.ts';
import { SessionError } from '../session/error.ts';
import { followLog } from '../session/followLog.ts';
import { heldBy } from '../session/heldText.ts';
import { lockHolder } from '../session/lock.ts';
import { logReader } from '../session/logReader.ts';
import { request, withdraw } from '../session/requests.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { parse, UsageError } from './args.ts';
import { EXIT, type Io } from './run.ts';

/** A living holder stops within a second or two. Milliseconds. */
const PATIENCE_MS = 10_000;

export async function stop(args: string[], { env, stderr }: Io): Promise<number> {
  const { values, positionals } = parse(args, { 'state-dir': { type: 'string' } }, 1);
  const [id] = positionals;
  if (!id) throw new UsageError('Which session? ascent stop ID');
  const files = sessionFiles(values['state-dir'] ?? defaultStateDir(env));
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const paths = files.paths(id);
  const holder = await lockHolder(realDisk, paths.lock);
  const reader = logReader(paths.directory);
  let runs = false;
  const look = (event: SessionEvent) => {
    if (event.type === 'turn.started' || event.type === 'turn.resumed') runs = true;
    if (event.type === 'turn.ended') runs = false;
  };
  for (const event of await reader.next()) look(event);
  if (!holder || !runs) {
    stderr.write('Nothing runs in this session.\n');
    return EXIT.failed;
  }
  const waiting = new AbortController();
  const following = followLog({
    paths,
    holder,
    reader,
    onEvent(event) {
      look(event);
      if (!runs) waiting.abort();
    },
  });
  void following.freed.then(() => waiting.abort());
  await request(realDisk, paths.lock, holder.number, 'stop');
  await delay(PATIENCE_MS, undefined, { signal: waiting.signal }).catch(() => {});
  await following.stop();
  if (waiting.signal.aborted && !runs) return EXIT.done;
  await withdraw(realDisk, paths.lock, holder.number, 'stop');
  stderr.write(`It did not stop. ${heldBy(holder)}.\n`);
  return EXIT.failed;
}
