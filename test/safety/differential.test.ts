/**
 * What is judged harmless is run by the real bash, with every listed program replaced by one that records its
 * arguments: they must be exactly the decoded ones. FUZZ_CASES and FUZZ_SEED make longer and other runs.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode } from '../../src/safety/commands/decode.ts';
import { knownPrograms } from '../../src/safety/commands/programs.ts';
import { line } from './fuzz/grammar.ts';
import { numbers } from './fuzz/random.ts';
import { parser, tablePolicy } from './world.ts';

const cases = Number(process.env.FUZZ_CASES ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? 20_260);
const bash = '/bin/bash';

const base = mkdtempSync(path.join(tmpdir(), 'ascent-fuzz-'));
const [workspace, stubs, log] = [path.join(base, 'ws'), path.join(base, 'bin'), path.join(base, 'log')];
const builtins = ['echo', 'pwd', 'true', 'false', 'command'];

beforeAll(() => {
  // Deep enough for every `cd src` of a line, with the file that redirects read.
  for (let depth = 0, directory = workspace; depth < 6; depth++, directory = path.join(directory, 'src')) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'a'), '');
  }
  mkdirSync(stubs);
  for (const program of [...knownPrograms, 'rm', 'id', 'evil', 'sh', 'env']) {
    const stub = path.join(stubs, program);
    writeFileSync(stub, `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" "$(printf '\\001')" >> "$LOG"\n`);
    chmodSync(stub, 0o755);
  }
});
afterAll(() => rmSync(base, { recursive: true }));

it.skipIf(!existsSync(bash))(
  `${cases} generated commands (seed ${seed}) run as they were decoded`,
  { timeout: 3_600_000 },
  async () => {
    const random = numbers(seed);
    const policy = tablePolicy({}, { roots: [workspace] });
    let run = 0;
    for (let i = 0; run < cases; i++) {
      expect(i, 'most of what is generated must be allowed').toBeLessThan(cases * 40);
      const command = line(random);
      const { verdict } = await policy.decide([{ kind: 'command', command, cwd: workspace }], {
        mode: 'ask',
        rules: [],
      });
      if (verdict !== 'allow') continue;
      run++;
      expect(started(command), `seed ${seed}, ${JSON.stringify(command)}`).toEqual(await expected(command));
    }
  },
);

/** What bash starts. Builtins are switched off on a line of its own, so that they are recorded as well. */
function started(command: string): string[] {
  rmSync(log, { force: true });
  spawnSync(bash, ['--noprofile', '--norc', '-c', `enable -n ${builtins.join(' ')}\n${command}`], {
    cwd: workspace,
    env: { PATH: stubs, LOG: log, HOME: base },
    stdio: 'ignore',
  });
  if (!existsSync(log)) return [];
  const records = readFileSync(log, 'utf8').split('\0\u0001\0').filter(Boolean);
  return records.map(r => JSON.stringify(r.split('\0'))).sort();
}

/** What the decoded commands say. Every recorder succeeds, so what follows `||` is skipped. */
async function expected(command: string): Promise<string[]> {
  const decoded = await decode(command, parser);
  if ('refused' in decoded) throw new Error(decoded.refused);
  const argv: string[] = [];
  let skipping = false;
  for (const { words, next } of decoded.commands) {
    if (!skipping && words[0]!.text !== 'cd') argv.push(JSON.stringify(words.map(w => w.text)));
    if (next !== '|') skipping = next === '||';
  }
  return argv.sort();
}
