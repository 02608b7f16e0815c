import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { type Canary, filesWithKey, hitsIn } from './canary.ts';

/** The session took its steps, and nothing that it left holds a piece of the key: nor what is printed of it later. */
export async function expectNoKey(canary: Canary, steps: number, whole = false): Promise<void> {
  const { directory, out, err, processes, session, ascent, url } = canary;
  expect(canary.asked, `${out.slice(-700)}\n${err.slice(-700)}`).toBeGreaterThanOrEqual(steps);
  expect(canary.code, err.slice(-500)).toBe(1);
  expect({ out: hitsIn(out), err: hitsIn(err) }).toEqual({ out: [], err: [] });
  if (process.platform === 'linux') expect(processes.looked).toBeGreaterThan(0);
  expect(processes.hits).toEqual([]);
  expect(filesWithKey(directory)).toEqual([]);

  mkdirSync(path.join(directory, 'exports'));
  const printed = [
    await ascent(['log', session]),
    await ascent(['log', session, '--json']),
    await ascent(['log', session, '--wire']),
    await ascent(['costs', session]),
    await ascent(['export', session, path.join(directory, 'exports', 'session.ascent')]),
    whole ? await ascent(['verify', '--base-url', url, '--api-key-env', 'MY_BACKEND', '--cases', '2']) : '',
  ];
  expect(printed.flatMap(hitsIn)).toEqual([]);
  expect(filesWithKey(directory)).toEqual([]);
}
