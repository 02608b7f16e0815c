/** Real processes for tests of crashes and races. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Child {
  process: ChildProcessByStdio<null, Readable, null>;
  /** Lines of its output as they come. */
  lines: AsyncIterable<string>;
  /** Resolves with the exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

export function child(script: string, ...args: string[]): Child {
  const file = path.join(import.meta.dirname, script);
  const started = spawn(process.execPath, ['--no-warnings', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>(resolve => started.on('close', resolve));
  return { process: started, lines: createInterface(started.stdout), ended };
}
