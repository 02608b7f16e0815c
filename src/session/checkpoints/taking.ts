/**
 * Takes the checkpoints of one session. A step waits for its checkpoint, but never longer than `PATIENCE_MS`: a first
 * look at a huge folder goes on behind, and until it is done a checkpoint holds the files the agent edits and no more.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Effect } from '../../protocol/access.ts';
import type { NewEvent } from '../../protocol/events.ts';
import { type BytePath, bytePath } from './bytePath.ts';
import { statOf } from './candidates.ts';
import { type Capture, type Folder, openFolder } from './capture.ts';
import { collectCheckpoints } from './collect.ts';
import type { CheckpointFold } from './fold.ts';
import type { Repository } from './git.ts';
import { ensureRepository, repositoryOf } from './repository.ts';

/** With what the small checkpoint then costs, a step is never held up by 2 s. */
const PATIENCE_MS = 1_500;
/**
 * What the agent edits is known without looking, and what it may have changed otherwise (commands) is always looked
 * for. Looking for what others change takes no more than this part of the time: a look that took 25 ms is good for 1 s
 * in which the agent does nothing but edit. What others change meanwhile is seen by the next look.
 */
const LOOK_SHARE = 1 / 40;
const LONGEST_QUIET_MS = 2_000;

export type CheckpointTaken = Extract<NewEvent, { type: 'checkpoint.taken' }>;
type Recorded = CheckpointTaken | Extract<NewEvent, { type: 'notice' }>;

export interface Taking {
  /** What to record before a step's effects happen: a checkpoint, a notice why there is none, or nothing. */
  before(turn: string, step: number, effects: readonly Effect[]): Promise<Recorded[]>;
  /** What to record when a turn that changed something is over. */
  after(turn: string, step: number): Promise<Recorded[]>;
  /** The whole state, however long it takes. Throws. */
  whole(): Promise<RootState[]>;
  close(): Promise<void>;
}
export interface RootState extends Capture {
  repository: Repository;
}

export interface TakingOptions {
  stateDir: string;
  session: string;
  /** The folders of the workspace as they are now. */
  roots(): readonly string[];
  fold: CheckpointFold;
  /** Whether a command can change no file, whatever it finds. Without it any command may change all of them. */
  onlyLooks?(command: CommandEffect): Promise<boolean>;
  /** Shortened in tests. */
  patienceMs?: number;
  /** In tests: 0 looks around at each checkpoint. */
  quietMs?: number;
}
type CommandEffect = Extract<Effect, { kind: 'command' }>;

interface Watched {
  repository: Repository;
  folder: Folder;
  /** The capture that runs. */
  running: Promise<Capture> | undefined;
  /** Until when a look around would cost more than it is likely to find; see `LOOK_SHARE`. */
  quietUntil: number;
}

export function createTaking(options: TakingOptions): Taking {
  const { fold, session, stateDir } = options;
  const watched = new Map<string, Promise<Watched>>();
  const closing = new AbortController();
  /** Once a process: tidying up what older sessions left. */
  let collecting: Promise<unknown> | undefined;
  /** What is wrong is said once, and again when it has been right in between. */
  let said: string | undefined;

  const watch = (root: string): Promise<Watched> => {
    const known = watched.get(root);
    if (known) return known;
    const made = open(root);
    watched.set(root, made);
    made.catch(() => watched.delete(root));
    return made;
  };
  const open = async (root: string): Promise<Watched> => {
    const repository = repositoryOf(stateDir, root);
    await ensureRepository(repository, stateDir);
    return {
      repository,
      folder: openFolder(repository, session, closing.signal),
      running: undefined,
      quietUntil: 0,
    };
  };

  const start = (on: Watched, edited: ReadonlySet<BytePath>): Promise<Capture> => {
    const began = performance.now();
    const running = on.folder.capture(edited).finally(() => (on.running = undefined));
    on.running = running;
    return running.then(taken => {
      const now = performance.now();
      on.quietUntil = now + Math.min((now - began) / LOOK_SHARE, options.quietMs ?? LONGEST_QUIET_MS);
      return taken;
    });
  };
  /** Files that the agent edits, or has edited since all of them were captured last. */
  let touched = new Set<string>();
  /** Since the last look something ran that may have changed any file. */
  let ranAnything = true;

  /** Within the time a step may wait. */
  const takeRoot = async (root: string, edited: ReadonlySet<BytePath>) => {
    const on = await watch(root);
    if (!ranAnything && !on.running && performance.now() < on.quietUntil) {
      const names = namesIn(root, [...touched].map(locate));
      const taken = await on.folder.captureTouched(names).catch(() => undefined);
      if (taken) return { root, tree: taken.tree, whole: true, changed: taken.changed };
    }
    const waited = on.running ? undefined : await soon(start(on, edited), options.patienceMs ?? PATIENCE_MS);
    const taken = waited ?? (await on.folder.captureOnly(edited));
    return { root, tree: taken.tree, whole: waited !== undefined, changed: taken.changed };
  };

  /** Of a workspace with several folders one may not be there; that costs the others nothing. */
  const present = () => outermost(options.roots()).filter(root => statOf(root)?.isDirectory());

  const isKept = (root: string) => fold.taken.some(({ roots }) => roots.some(kept => kept.root === root));

  /** Looked up once a file: a session may edit hundreds, and each step asks for all of them. */
  const located = new Map<string, string>();
  const locate = (file: string): string => {
    const known = located.get(file) ?? realFile(file);
    located.set(file, known);
    return known;
  };

  const take = async (
    place: Pick<CheckpointTaken, 'turn' | 'step' | 'when'>,
    paths: readonly string[],
  ): Promise<Recorded[]> => {
    const began = performance.now();
    try {
      const all = [...fold.edited.keys(), ...paths].map(locate);
      const taken = await Promise.all(present().map(root => takeRoot(root, namesIn(root, all))));
      const event: CheckpointTaken = {
        type: 'checkpoint.taken',
        ...place,
        roots: taken.map(({ root, tree, whole }) => ({ root, tree, whole })),
        files: taken.reduce((sum, { changed }) => sum + changed, 0),
        durationMs: Math.round(performance.now() - began),
      };
      if (!taken.every(({ whole }) => whole)) return [event, ...once(PARTLY)];
      said = undefined;
      touched = new Set(paths);
      ranAnything = false;
      return [event];
    } catch (error) {
      return once(NONE, reasonOf(error));
    }
  };
  const once = (text: string, reason = ''): Recorded[] => {
    if (said === text || closing.signal.aborted) return [];
    said = text;
    return [{ type: 'notice', level: 'warning', code: 'checkpoint', text: `${text} ${reason}`.trim() }];
  };

  /** A later call of the same step may be about to change a file that no rule has kept so far. */
  const uncovered = async (paths: readonly string[]): Promise<boolean> => {
    for (const root of present()) {
      const { folder, running } = await watch(root);
      const names = [...namesIn(root, paths.map(locate))];
      if (names.length && (running || (await folder.missing(names)).length)) return true;
    }
    return false;
  };

  const runsAnything = async (effects: readonly Effect[]): Promise<boolean> => {
    for (const effect of effects) {
      if (effect.kind === 'file') continue;
      const looks = effect.kind === 'command' && (await options.onlyLooks?.(effect).catch(() => false));
      if (!looks) return true;
    }
    return false;
  };

  return {
    async before(turn, step, effects) {
      const paths = effects.flatMap(effect => (effect.kind === 'file' ? [effect.path] : []));
      const runs = await runsAnything(effects);
      if (!paths.length && !runs) return [];
      for (const file of paths) touched.add(file);
      const fresh = paths.filter(file => !fold.edited.has(file));
      const covered = fold.has(turn, step) && !(await uncovered(fresh).catch(() => true));
      const taken = covered ? [] : await take({ turn, step, when: 'before' }, paths);
      ranAnything ||= runs;
      return taken;
    },
    async after(turn, step) {
      if (!fold.isOpen(turn)) return [];
      const taken = await take({ turn, step, when: 'after' }, []);
      collecting ??= collectCheckpoints(stateDir, { keep: [session] }).catch(() => {});
      return taken;
    },
    async whole() {
      // Whoever asks for it is about to change files, or has done so.
      ranAnything = true;
      const all = [...fold.edited.keys()].map(locate);
      for (const root of outermost(options.roots())) if (isKept(root)) bringBack(root);
      return Promise.all(
        present().map(async root => {
          const on = await watch(root);
          await on.running?.catch(() => {});
          return { repository: on.repository, ...(await start(on, namesIn(root, all))) };
        }),
      );
    },
    async close() {
      closing.abort();
      await collecting;
      for (const on of await Promise.allSettled(watched.values()))
        if (on.status === 'fulfilled') await on.value.running?.catch(() => {});
    },
  };
}

const PARTLY =
  'The first checkpoint of this folder takes longer than 2 seconds and goes on behind. Until it is done, edits can ' +
  'be undone, but not what commands change.';
const NONE = 'No checkpoint could be taken, so this step cannot be undone with one. Work goes on.';

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /ENOENT/.test(text)
    ? 'git was not found: install it so that it is on the PATH.'
    : `Git says: ${text}`;
}

/** A folder that went with all that was in it can be restored like anything else. */
function bringBack(root: string): void {
  try {
    mkdirSync(root, { recursive: true });
  } catch {
    // Where it cannot be made, the other folders are restored.
  }
}

/** Undefined when it takes longer; it then goes on unwatched. */
async function soon<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, milliseconds, undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

/** Real paths, without those that lie in another one. */
export function outermost(roots: readonly string[]): string[] {
  const real = [...new Set(roots.map(realPath))];
  return real.filter(root => !real.some(other => bytePath(other, root) !== undefined));
}

/** The files below the root, as git names them. */
export function namesIn(root: string, realFiles: readonly string[]): Set<BytePath> {
  const found = new Set<BytePath>();
  for (const file of realFiles) {
    const name = bytePath(root, file);
    if (name && !`/${name}`.includes('/.git/')) found.add(name);
  }
  return found;
}

/** Links on the way are followed, a link at the end is not. */
export const realFile = (file: string): string =>
  path.join(realPath(path.dirname(file)), path.basename(file));

/** Resolved at its longest parent that exists. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPath(parent), path.basename(file));
  }
}
