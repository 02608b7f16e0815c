/** A directory of its own for each test, removed afterwards. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** `finish`: when it is removed; what several tests share gives its own. */
export function temporaryDirectory(finish: (work: () => void) => void = onTestFinished): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-')));
  finish(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
