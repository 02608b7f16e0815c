/** The command line as people get it: bundled, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { SessionEvent } from '../../src/protocol/events.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const cli = path.join(root, 'dist/cli.cjs');

export interface Finished {
  code: number | null;
  out: string;
  err: string;
  /** What `--json` printed, each line checked against the events' schema. */
  events(): SessionEvent[];
}
export interface Running {
  child: ChildProcess;
  /** Resolves once what was printed so far matches. */
  printed(pattern: RegExp): Promise<void>;
  /** All that was printed so far. */
  text(): string;
  finished: Promise<Finished>;
}
export interface Place {
  work: string;
  state: string;
}

/** A directory that is gone after the test, with the sample project in it. */
export function sampleProject(): Place {
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-cli-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const work = path.join(dir, 'work');
  cpSync(path.join(root, 'media/sample'), work, { recursive: true });
  return { work, state: path.join(dir, 'state') };
}

/** Starts `ascent ARGS`. The environment holds no ASCENT_ variables but those given. */
export function start(
  args: string[],
  place: Place,
  more: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Running {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('ASCENT_')),
  );
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: place.work,
    env: { ...clean, ASCENT_STATE_DIR: place.state, ...more.env },
  });
  child.stdin.end(more.input ?? '');
  let [out, err] = ['', ''];
  const watchers = new Set<() => void>();
  const heard = (add: (text: string) => void) => (text: string) => {
    add(text);
    for (const look of watchers) look();
  };
  child.stdout.setEncoding('utf8').on(
    'data',
    heard(text => (out += text)),
  );
  child.stderr.setEncoding('utf8').on(
    'data',
    heard(text => (err += text)),
  );
  const parsed = () =>
    out
      .trim()
      .split('\n')
      .map(line => SessionEvent.parse(JSON.parse(line)));
  const finished = new Promise<Finished>(resolve =>
    child.on('close', code => resolve({ code, out, err, events: parsed })),
  );
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(out + err)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      void finished.then(end => reject(new Error(`ended with ${end.code} before ${pattern}:\n${out}${err}`)));
    });
  return { child, finished, printed, text: () => out + err };
}

export const ascent = (...args: Parameters<typeof start>): Promise<Finished> => start(...args).finished;
