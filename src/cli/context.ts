/** `ascent context`: where room was made in a session's context, and the ways to have a hand in it. */
import path from 'node:path';
import type { RoomItem } from '../protocol/transcript.ts';
import type { Session } from '../session/sessions.ts';
import { parseResume, UsageError } from './args.ts';
import { createEngine } from './engine.ts';
import { printSession, roomMade } from './print.ts';
import { EXIT, type Io } from './run.ts';

export async function context(args: string[], io: Io): Promise<number> {
  const [undo, summarise] = ['--undo', '--summarise'].map(flag => args.includes(flag));
  if (undo && summarise) throw new UsageError('Give --undo or --summarise, not both.');
  const { id, ...options } = parseResume(
    args.filter(flag => flag !== '--undo' && flag !== '--summarise'),
    'context',
  );
  if (options.prompt) throw new UsageError(`What is "${options.prompt}"?`);
  const cwd = path.resolve(io.cwd, options.cwd ?? '.');
  const { sessions } = await createEngine(options, [cwd], io.env, false);
  const session = await sessions.open(id);
  try {
    if (session.readOnly && (undo || summarise)) throw new UsageError(session.readOnly);
    if (undo) await takeBack(session);
    if (summarise) {
      session.subscribe(printSession(session, { out: io.stdout, err: io.stderr }));
      await session.room.summarise();
      await session.settled();
    }
    const rooms = roomsOf(session);
    for (const room of rooms) io.stdout.write(`${roomMade(room)}\n`);
    if (!rooms.length) io.stderr.write('The model still reads all of this session.\n');
    return session.transcript.head.status === 'failed' && summarise ? EXIT.failed : EXIT.done;
  } finally {
    await session.close();
  }
}

async function takeBack(session: Session): Promise<void> {
  const newest = roomsOf(session).findLast(({ state }) => state === 'newest');
  if (!newest) throw new UsageError('There is nothing to take back.');
  await session.room.takeBack(newest.seq);
}

const roomsOf = ({ transcript }: Session) =>
  transcript.items.filter((item): item is RoomItem => item.kind === 'room');
