/**
 * Everything outside of a session, made of one seed: a disk, files, processes, a model behind a bad line, a clock. The
 * session in it is the real one. When the power goes (`lose`), whatever asks the old world for anything hangs for ever,
 * as a dead process does; the next world begins with what the disk kept.
 */
import { createHash } from 'node:crypto';
import {
  type CommandOutcome,
  type FileStat,
  type Host,
  HostError,
  type TextFormat,
} from '../../src/host/host.ts';
import { type ModelClient, type ModelDelta, ModelError } from '../../src/model/client.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Disk } from '../../src/session/disk.ts';
import { call, reply } from '../agent/fakes.ts';
import { failure, type SimulatedDisk, simulatedDisk } from '../session/simulatedDisk.ts';

export const ROOT = '/w';
export const FILES = ['a.txt', 'b.txt', 'c.txt'];

export interface World {
  disk: Disk;
  /** The same for whoever looks at it from outside: it never dies. */
  medium: Disk;
  host: Host;
  model: ModelClient;
  now(): number;
  /** Resolves when the power goes; it goes at a moment that the seed decides. */
  dead: Promise<void>;
  readonly alive: boolean;
  /** The world after it. */
  next(): World;
}

/** What outlives every power loss: the workspace (its writes are synced) and what commands did. */
export interface Outside {
  files: Map<string, string>;
  /** Commands that were started, in order. */
  started: string[];
  /** Of each file, the marks that were added to it, in order of the writes. */
  written: string[];
  random(): number;
  /** How many powers may still go. */
  losses: number;
  /** Asked before each effect: is its intent on the medium? */
  demandIntent(kind: 'file' | 'command', what: string): void;
}

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A new one each time: whoever waits for it is forgotten with it. */
const never = () => new Promise<never>(() => {});

export function createWorld(outside: Outside, medium: SimulatedDisk = simulatedDisk()): World {
  const { random } = outside;
  const death = Promise.withResolvers<void>();
  let alive = true;
  let clock = 1_700_000_000_000;
  /** So many calls to the outside, then the power goes. */
  let left = outside.losses > 0 ? 1 + Math.floor(random() * 160) : Number.POSITIVE_INFINITY;
  if (outside.losses > 0) outside.losses--;

  /** Every call to the outside passes here: it may be the last one, or fail. */
  const pass = (): Promise<void> | undefined => {
    if (alive && --left <= 0) {
      alive = false;
      death.resolve();
    }
    return alive ? undefined : never();
  };
  const through = async <T>(work: () => T | Promise<T>): Promise<T> => {
    await pass();
    const done = await work();
    if (!alive) await never();
    return done;
  };

  const disk: Disk = {
    async open(path, mode) {
      const file = await through(() => medium.open(path, mode));
      return {
        // Synchronous: a dead process never comes back from it, so the write before was its last.
        write: (bytes, position) => (alive ? file.write(bytes, position) : undefined),
        sync: () => through(() => file.sync()),
        truncate: size => through(() => file.truncate(size)),
        close: () => through(() => file.close()),
      };
    },
    read: (path, start) => through(() => medium.read(path, start)),
    stat: path => through(() => medium.stat(path)),
    list: path => through(() => medium.list(path)),
    rename: (from, to) => through(() => medium.rename(from, to)),
    remove: path => through(() => medium.remove(path)),
    makeDirectory: path => through(() => medium.makeDirectory(path)),
    syncDirectory: path => through(() => medium.syncDirectory(path)),
  };

  /** Now and then a call fails, as files and processes do. */
  const mayFail = (code: 'EIO' | 'EACCES' | 'EMFILE' | 'ENOSPC') => {
    if (random() < 0.01)
      throw new HostError(code === 'ENOSPC' ? 'noSpace' : 'failed', `${code}: injected`, failure(code));
  };
  const read = (path: string) => {
    const text = outside.files.get(path);
    if (text === undefined) throw new HostError('notFound', `${path} does not exist`);
    return text;
  };
  const host: Host = {
    platform: 'linux',
    machine: 'simulated',
    roots: [ROOT],
    read: path =>
      through(() => {
        mayFail('EIO');
        const text = read(path);
        const format: TextFormat = { charset: 'utf8', bom: false };
        return { path, text, hash: hash(text), format, unsaved: false };
      }),
    write: (path, text, expect) =>
      through(() => {
        mayFail('ENOSPC');
        if (hash(read(path)) !== expect) throw new HostError('changed', `${path} is no longer what it was`);
        outside.demandIntent('file', path);
        outside.files.set(path, text);
        outside.written.push(`${path} ${text.trimEnd().split('\n').at(-2)}`);
        return hash(text);
      }),
    stat: path =>
      through((): FileStat | undefined =>
        path === ROOT || outside.files.has(path)
          ? { kind: path === ROOT ? 'directory' : 'file', mode: 0o644, size: 1, modifiedAt: 1 }
          : undefined,
      ),
    resolve: path => through(() => path),
    list: () => through(() => [...FILES]),
    find: () => through(() => ({ paths: FILES.map(name => `${ROOT}/${name}`), limited: false })),
    search: () => through(() => ({ matches: [], limited: false })),
    run: ({ command }) =>
      through((): CommandOutcome => {
        mayFail('EMFILE');
        outside.demandIntent('command', command);
        outside.started.push(command);
        const ended = { exitCode: 0, signal: null, timedOut: false };
        return { ...ended, head: 'ran\n', tail: '', totalBytes: 4, omittedBytes: 0 };
      }),
    sandbox: async () => ({ kind: 'off' }) as never,
    repository: async () => ({ unfit: 'there is none' }),
    sweep: async () => {},
    takeUp: () => through(() => ({ fate: 'unknown' }) as never),
    problems: async () => undefined,
  };

  return {
    disk,
    medium,
    host,
    model: scriptedLine(random, through),
    now: () => ++clock,
    dead: death.promise,
    get alive() {
      return alive;
    },
    next: () => createWorld(outside, medium.crash(medium.journal.length, random)),
  };
}

/** A model that reads, runs and edits by the seed, for a number of steps, on a line that fails. */
function scriptedLine(random: () => number, through: <T>(work: () => T) => Promise<T>): ModelClient {
  return {
    info: () => through(() => ({ id: 'm', contextWindow: 200_000 })),
    async *stream({ messages }): AsyncGenerator<ModelDelta> {
      const trouble = await through(() => random());
      if (trouble < 0.02) throw new ModelError('network', 'The line broke.');
      if (trouble < 0.06) {
        yield { type: 'reasoning', text: 'half a' };
        yield { type: 'retry', error: new ModelError('server', 'Try again.'), attempt: 2, delayMs: 1 };
      }
      yield { type: 'reasoning', text: 'thought' };
      yield await through(() => next(messages, random));
    },
  };
}

function next(messages: readonly Message[], random: () => number) {
  const said = messages.filter(message => message.role === 'assistant').length;
  if (said >= 8) return reply({ text: 'Done.' });
  const calls = Array.from({ length: 1 + Math.floor(random() * 2.5) }, (_, at) => {
    const id = `call-${said}-${at}-${Math.floor(random() * 1e9).toString(36)}`;
    const path = FILES[Math.floor(random() * FILES.length)]!;
    const kind = random();
    if (kind < 0.4) return call(id, 'read_file', { path });
    if (kind < 0.65) return call(id, 'run_command', { command: `make ${id}` });
    if (kind < 0.7) return call(id, 'edit_file', '{"path": "a.txt", "edits": [{"old');
    return call(id, 'edit_file', { path, edits: [{ old_text: 'end', new_text: `${id}\nend` }] });
  });
  return reply({ reasoning: 'thought', text: '', calls });
}
