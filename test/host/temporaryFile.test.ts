/** What a killed write leaves beside its file, with a real process and a real kill. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

/** Writes argv[1] as the host does, and is killed as soon as the file has its name. */
const KILLED = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { linkSync } = fs;
fs.linkSync = (...names) => { linkSync(...names); process.kill(process.pid, 'SIGKILL'); };
syncBuiltinESMExports();
const [host, file] = process.argv.slice(1);
const { createNodeHost } = await import(host);
await createNodeHost({ roots: [] }).write(file, 'whole', null);
`;

it.skipIf(process.platform === 'win32')('goes, and nothing else', async () => {
  const root = temporaryDirectory();
  const file = path.join(root, 'a.txt');
  const source = path.resolve(import.meta.dirname, '../../src/host/nodeHost.ts');
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', KILLED, source, file]);
  expect(signal).toBe('SIGKILL');
  expect(readFileSync(file, 'utf8')).toBe('whole');
  const [left, ...others] = readdirSync(root).filter(name => name !== 'a.txt');
  expect(left).toMatch(/^\.ascent-\d+-\w+\.tmp$/);
  expect(others).toEqual([]);

  const living = spawn('sleep', ['1000']);
  const put = (name: string) => writeFileSync(path.join(root, name), '');
  // Another window's, right now; and what is nobody's.
  const theirs = [`.ascent-${living.pid}-0123456789ab.tmp`, '.ascent-x.tmp', 'b.tmp'];
  // An earlier process with our number, as in a container.
  for (const name of [...theirs, `.ascent-${process.pid}-0123456789ab.tmp`]) put(name);
  const host = createNodeHost({ roots: [root] });
  const writing = host.write(path.join(root, 'c.txt'), 'c', null);
  await host.sweep(file);
  await writing;
  await host.sweep(path.join(root, 'gone', 'd.txt'));
  living.kill();
  expect(readdirSync(root).sort()).toEqual([...theirs, 'a.txt', 'c.txt'].sort());
});
