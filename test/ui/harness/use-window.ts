/** A window for the tests of a file or of a describe block. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { cache } from '../../../scripts/lib/paths.mjs';
import { openWindow, type Window, type WindowOptions } from './window.ts';

/** Opens it before the first test and closes it after the last. A failed test leaves a picture in .cache/failures. */
export function useWindow(options: WindowOptions = {}): () => Window {
  let window: Window | undefined;
  beforeAll(async () => {
    window = await openWindow(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const name = task.name.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
    // A test may have closed the first page and gone on in another.
    const page = window?.context.pages().at(-1);
    await page?.screenshot({ path: path.join(cache, 'failures', `${name}.png`) });
  });
  afterAll(() => window?.close());
  return () => {
    if (!window) throw new Error('The window is not open yet.');
    return window;
  };
}
