/** Checkpoints over real folders and real git, without a model: a test says what each step does. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { NewEvent, SessionEvent } from '../../../src/protocol/events.ts';
import { CheckpointFold } from '../../../src/session/checkpoints/fold.ts';
import { createRestoring, type Restoring } from '../../../src/session/checkpoints/restore.ts';
import { createTaking, type Taking } from '../../../src/session/checkpoints/taking.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

export interface Keeper extends Restoring {
  fold: CheckpointFold;
  taking: Taking;
  events: SessionEvent[];
  /** One step: announces these files (or a command, when there are none), then does the work. */
  step(files: string[], work: () => void): Promise<void>;
  /** Ends the turn; the next step begins another one. */
  endTurn(): Promise<void>;
}

export interface Place {
  work: string;
  state: string;
}
export function place(): Place {
  const dir = temporaryDirectory();
  const [work, state] = [path.join(dir, 'work'), path.join(dir, 'state')];
  mkdirSync(work);
  return { work, state };
}

export function keeper(
  { work, state }: Place,
  more: { session?: string; roots?: string[]; patienceMs?: number; quietMs?: number } = {},
): Keeper {
  const fold = new CheckpointFold();
  const events: SessionEvent[] = [];
  // A busy machine takes longer than a person is to wait; what then happens has tests of its own.
  const { session = 's1', roots = [work], patienceMs = 60_000, quietMs = 0 } = more;
  const taking = createTaking({ stateDir: state, session, roots: () => roots, fold, patienceMs, quietMs });
  onTestFinished(() => taking.close());
  let [turn, step, calls] = [0, 0, 0];
  const record = async (event: NewEvent) => {
    const stamped = { ...event, seq: events.length, at: events.length } as SessionEvent;
    events.push(stamped);
    fold.apply(stamped);
  };
  const recordAll = async (list: NewEvent[]) => {
    for (const event of list) await record(event);
  };
  return {
    fold,
    taking,
    events,
    ...createRestoring({ fold, taking, now: () => events.length, record }),
    async step(files, work) {
      if (step === 0) await record({ type: 'turn.started', turn: `t${++turn}`, maxSteps: 300 });
      await record({ type: 'step.started', turn: `t${turn}`, step: ++step });
      const effects = files.length
        ? files.map(file => ({ kind: 'file' as const, path: file, before: '', after: '' }))
        : [{ kind: 'command' as const, command: '...', cwd: '/' }];
      await recordAll(await taking.before(`t${turn}`, step, effects));
      await record({ type: 'tool.intent', callId: `c${++calls}`, effects });
      work();
    },
    async endTurn() {
      await recordAll(await taking.after(`t${turn}`, step));
      step = 0;
    },
  };
}

/** Every file below a folder: what it is, its mode and its bytes. Empty folders count. */
export function photograph(
  root: string,
  skip: (name: string) => boolean = () => false,
): Record<string, string> {
  const seen: Record<string, string> = {};
  const look = (folder: string) => {
    for (const name of readdirSync(path.join(root, folder)).sort()) {
      const relative = path.posix.join(folder, name);
      if (skip(relative)) continue;
      const file = path.join(root, relative);
      const stats = lstatSync(file);
      if (stats.isDirectory()) {
        seen[`${relative}/`] = 'folder';
        look(relative);
      } else if (stats.isSymbolicLink()) seen[relative] = `link ${readlinkSync(file)}`;
      else seen[relative] = `${(stats.mode & 0o777).toString(8)} ${sha(readFileSync(file))}`;
    }
  };
  look('');
  return seen;
}
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: ownGit });
const ownGit = {
  ...process.env,
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

/** Short hands for files below a folder. */
export function files(root: string) {
  const at = (name: string) => path.join(root, name);
  return {
    at,
    write(name: string, content: string | Buffer, mode?: number) {
      mkdirSync(path.dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
      if (mode !== undefined) chmodSync(at(name), mode);
    },
    read: (name: string) => readFileSync(at(name), 'utf8'),
    remove: (name: string) => rmSync(at(name), { recursive: true }),
  };
}
