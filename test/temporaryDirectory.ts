/** A directory of its own for each test, removed afterwards. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
