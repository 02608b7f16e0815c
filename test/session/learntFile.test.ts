import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { learntFile } from '../../src/session/learntFile.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const a = 'http://127.0.0.1:8000';
const b = 'https://openrouter.ai';

it('keeps facts by origin for the next process, readable by the owner alone', async () => {
  const dir = path.join(temporaryDirectory(), 'not', 'there', 'yet');
  const store = learntFile(dir);
  expect(await store.read(a)).toBeUndefined();
  await Promise.all([store.write(a, { k2: { ratio: 1.1 } }), store.write(b, { k2: { ratio: 2 } })]);
  await store.write(a, { k2: { ratio: 1.2 } });
  const next = learntFile(dir);
  expect(await next.read(a)).toEqual({ k2: { ratio: 1.2 } });
  expect(await next.read(b)).toEqual({ k2: { ratio: 2 } });
  if (process.platform !== 'win32') expect(statSync(path.join(dir, 'backends.json')).mode & 0o077).toBe(0);
});

it.each(['', '{"http', '[1]', 'null'])('takes a damaged file (%s) for an empty one', async text => {
  const dir = temporaryDirectory();
  writeFileSync(path.join(dir, 'backends.json'), text);
  const store = learntFile(dir);
  expect(await store.read(a)).toBeUndefined();
  await store.write(a, { k2: {} });
  expect(JSON.parse(readFileSync(path.join(dir, 'backends.json'), 'utf8'))).toEqual({ [a]: { k2: {} } });
});
