/** Commands in the real sandbox, on a workspace of its own with a repository and what a person has around it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { CommandSpec } from '../../../src/host/host.ts';
import { createNodeHost } from '../../../src/host/nodeHost.ts';
import type { SandboxOptions } from '../../../src/host/sandbox/sandbox.ts';
import { guardedNames } from '../../../src/safety/paths/guards.ts';

/** Not below /tmp, which is another one inside: what lies around the workspace must be seen. */
function inSight(): string {
  const own = path.resolve(import.meta.dirname, '../../../node_modules/.cache');
  return own.startsWith(`${realpathSync(tmpdir())}/`) ? path.join(homedir(), '.cache', 'ascent-tests') : own;
}

export type Box = ReturnType<typeof box>;

/** `finish`: what to do at the test's end; tests that run side by side give their own. */
export function box(
  files: Record<string, string> = {},
  more: Partial<SandboxOptions> & { git?: boolean } = {},
  finish: (work: () => void) => void = onTestFinished,
) {
  const cache = inSight();
  mkdirSync(cache, { recursive: true });
  const directory = realpathSync(mkdtempSync(path.join(cache, 'box-')));
  finish(() => rmSync(directory, { recursive: true, force: true }));
  const [root, home, state] = ['project', 'home', 'state'].map(name => path.join(directory, name)) as [
    string,
    string,
    string,
  ];
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  };
  for (const made of [root, home, state]) mkdirSync(made);
  for (const [name, text] of Object.entries(files)) put(name, text);
  if (more.git !== false) {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', root, ...args], { env: { PATH: process.env.PATH, HOME: home } });
    git('init', '-q', '-b', 'main');
    git('config', 'user.email', 'person@example.com');
    git('config', 'user.name', 'Person');
  }
  const env = { ...process.env, HOME: home, ASCENT_API_KEY: 'sk-environment-key' };
  const options: SandboxOptions = {
    use: 'whenAvailable',
    network: false,
    directory: path.join(state, 'sandbox'),
    hidden: [state],
    names: guardedNames,
    ...more,
  };
  const host = createNodeHost({ roots: [root], env, sandbox: () => options });
  const spool = path.join(state, 'sessions', 's1', 'spool');
  let runs = 0;
  const run = async (command: string, spec: Partial<CommandSpec> = {}) => {
    const signal = new AbortController().signal;
    const outputFile = path.join(spool, `output-${++runs}.txt`);
    const outcome = await host.run(
      { command, cwd: root, timeoutMs: 30_000, outputFile, ...spec },
      () => {},
      signal,
    );
    return { ...outcome, output: outcome.head + outcome.tail };
  };
  return {
    finish,
    directory,
    root,
    home,
    state,
    put,
    host,
    run,
    options,
    at: (...parts: string[]) => path.join(root, ...parts),
  };
}

/** Undefined where commands can be held; else why the tests are skipped. */
export async function noSandbox(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the tests of the sandbox drive bubblewrap';
  const host = createNodeHost({
    roots: [import.meta.dirname],
    sandbox: () => ({
      use: 'required',
      network: false,
      directory: '/nonexistent',
      hidden: [],
      names: guardedNames,
    }),
  });
  const now = await host.sandbox();
  return now.state === 'unavailable' ? now.why : undefined;
}
