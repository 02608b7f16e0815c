import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

function setUp(env?: Record<string, string>) {
  const root = temporaryDirectory();
  const host = createNodeHost({ roots: [root], env: env && { ...process.env, ...env } });
  let runs = 0;
  const stop = new AbortController();
  let live = '';
  let heard = () => {};
  const outputFile = path.join(root, 'spool', 'output-1.txt');
  /** The first writes to `outputFile`; each has a file of its own. */
  const run = (command: string, more: Partial<CommandSpec> = {}) =>
    host.run(
      { command, cwd: root, timeoutMs: 60_000, outputFile: outputFile.replace('1', `${++runs}`), ...more },
      text => {
        live += text;
        heard();
      },
      stop.signal,
    );
  /** Resolves when the live output holds `text`. */
  const shown = (text: string) =>
    new Promise<void>(resolve => {
      heard = () => live.includes(text) && resolve();
      heard();
    });
  return { root, run, stop, outputFile, shown, live: () => live };
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    // Z: dead, but not yet collected by whoever inherited it.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe.skipIf(process.platform === 'win32')('a command', { timeout: 30_000 }, () => {
  it('gives its output in the order it was printed, and its exit code', async () => {
    const { run, outputFile, live } = setUp();
    const outcome = await run('for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 3');
    const output = 'out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n';
    expect(outcome).toEqual({
      exitCode: 3,
      signal: null,
      timedOut: false,
      head: output,
      tail: '',
      totalBytes: output.length,
      omittedBytes: 0,
    });
    expect(readFileSync(outputFile, 'utf8')).toBe(output);
    expect(live()).toBe(output);
  });

  it('runs as it was written: quotes, variables, several lines', async () => {
    const { run } = setUp();
    const { head } = await run(`name='a "b"  c'\nprintf '%s|%s' "$name" "$#"`);
    expect(head).toBe('a "b"  c|0');
  });

  it('runs in its directory, without anything to read', async () => {
    const { run, root } = setUp();
    mkdirSync(path.join(root, 'größe ☃'));
    const { head } = await run('pwd; cat; read -r x || echo nothing', { cwd: path.join(root, 'größe ☃') });
    expect(head).toBe(`${path.join(root, 'größe ☃')}\nnothing\n`);
    await expect(run('true', { cwd: path.join(root, 'none') })).rejects.toMatchObject({ code: 'notFound' });
  });

  it('sees harmless variables, and no keys', async () => {
    const { run } = setUp({
      MOONSHOT_API_KEY: 'sk-1',
      GITHUB_TOKEN: 'ghp-1',
      SOMETHING: 'x',
      LC_TIME: 'C',
      LC_SECRET: 'x',
      HTTPS_PROXY: 'http://user:word@proxy:1',
      NO_PROXY: 'localhost',
      BASH_ENV: '/dev/null',
      NODE_OPTIONS: '--inspect',
    });
    const names = (await run('env')).head.split('\n').map(line => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'LC_TIME', 'NO_PROXY', 'NO_COLOR']));
    for (const name of [
      'MOONSHOT_API_KEY',
      'GITHUB_TOKEN',
      'SOMETHING',
      'LC_SECRET',
      'HTTPS_PROXY',
      'BASH_ENV',
      'NODE_OPTIONS',
    ])
      expect(names).not.toContain(name);
    expect((await run('echo $TERM $PAGER $GIT_PAGER $GIT_TERMINAL_PROMPT')).head).toBe('dumb cat cat 0\n');
  });

  it('shows characters whole although they arrive in pieces, and no escape sequences', async () => {
    const { run, live } = setUp();
    const pieces = String.raw`printf '\xe6\xbc'; sleep 0.1; printf '\xa2\x1b[3'; sleep 0.1; printf '1mred\x1b[0m'`;
    expect((await run(pieces)).head).toBe('漢red');
    expect(live()).toBe('漢red');
  });

  it('keeps the ends of a long output, and all of it in the file', async () => {
    const { run, outputFile } = setUp();
    const outcome = await run('seq -f "line %.0f ü" 1 200000');
    expect(outcome.head).toMatch(/^line 1 ü\nline 2 ü\n/);
    expect(outcome.head).toMatch(/ ü\n$/);
    expect(outcome.tail).toMatch(/^line \d+ ü\n/);
    expect(outcome.tail).toMatch(/\nline 200000 ü\n$/);
    const kept = Buffer.byteLength(outcome.head) + Buffer.byteLength(outcome.tail);
    expect(kept).toBeLessThanOrEqual(128 * 1024);
    expect(outcome.omittedBytes).toBe(outcome.totalBytes - kept);
    expect(statSync(outputFile).size).toBe(outcome.totalBytes);
  });

  it('loses nothing at the border between head and tail', async () => {
    const { run } = setUp();
    const { head, tail, omittedBytes } = await run(`printf x; for i in $(seq 20000); do printf 漢; done`);
    expect(head + tail).toBe(`x${'漢'.repeat(20_000)}`);
    expect(omittedBytes).toBe(0);
  });

  it('holds 100 MB of output in a fixed amount of memory', async () => {
    const { run, outputFile } = setUp();
    const before = process.memoryUsage().rss;
    const outcome = await run('head -c 100000000 /dev/zero | tr "\\0" "x"');
    expect(outcome.totalBytes).toBe(100_000_000);
    expect(outcome.omittedBytes).toBe(100_000_000 - 128 * 1024);
    expect(statSync(outputFile).size).toBe(100_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });

  it('passes live output on in bounded pieces', async () => {
    const { run, live } = setUp();
    await run('head -c 20000000 /dev/zero | tr "\\0" "x"');
    expect(live().length).toBeLessThan(2_000_000);
  });

  it('is ended together with all it started when it is stopped', async () => {
    const { run, stop, shown, live } = setUp();
    const running = run(`bash -c 'trap "" TERM; sleep 1000 & echo grandchild $!; wait'`);
    await shown('\n');
    const grandchild = Number(/grandchild (\d+)/.exec(live())![1]);
    expect(isAlive(grandchild)).toBe(true);
    stop.abort();
    const outcome = await running;
    expect(outcome).toMatchObject({ exitCode: null, timedOut: false });
    expect(outcome.head).toBe(live());
    expect(isAlive(grandchild)).toBe(false);
  });

  it('that only looks writes its output itself, with the same ending', async () => {
    const { run, outputFile } = setUp();
    const unasked = { unasked: true };
    const outcome = await run('echo out; echo err >&2; exit 3', unasked);
    expect(outcome).toMatchObject({ exitCode: 3, signal: null, head: 'out\nerr\n', totalBytes: 8 });
    expect(readFileSync(outputFile, 'utf8')).toBe('out\nerr\n');
    expect(await run('kill -SEGV $$', unasked)).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
    const late = await run('echo begun; sleep 1000', { ...unasked, timeoutMs: 2_000 });
    expect(late).toMatchObject({ exitCode: null, timedOut: true, head: 'begun\n' });
  });

  it('is ended when its time is over, even when it does not want to', async () => {
    const { run } = setUp();
    const outcome = await run(`trap '' TERM; echo begun; while :; do sleep 1; done`, { timeoutMs: 2_000 });
    expect(outcome).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true, head: 'begun\n' });
  });

  it('does not wait for what it leaves behind, and ends it', async () => {
    const { run } = setUp();
    const outcome = await run(`sleep 1000 & echo $!; sleep 1000 > /dev/null 2>&1 & echo $!`);
    expect(outcome.exitCode).toBe(0);
    const left = outcome.head.trim().split('\n').map(Number);
    expect(left).toHaveLength(2);
    expect(left.filter(isAlive)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('does not hang on a process that left its group', async () => {
    const { run } = setUp();
    const outcome = await run(
      `setsid bash -c 'echo $$; touch left; exec sleep 1000' & until [ -e left ]; do sleep 0.02; done`,
    );
    const left = Number(outcome.head.trim());
    expect(outcome.exitCode).toBe(0);
    expect(isAlive(left)).toBe(true);
    process.kill(left);
  });

  it('says so when it cannot be started', async () => {
    const { run } = setUp();
    await expect(run(`: ${'x'.repeat(3_000_000)}`)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('too long'),
    });
  });

  it.skipIf(process.platform !== 'linux')('is ended when its output finds no space', async () => {
    const { run, root } = setUp();
    const outputFile = path.join(root, 'full');
    symlinkSync('/dev/full', outputFile);
    await expect(run('yes', { outputFile })).rejects.toMatchObject({ code: 'noSpace' });
  });

  it('never takes its shell from the workspace', async () => {
    const root = temporaryDirectory();
    writeFileSync(path.join(root, 'bash'), '#!/bin/sh\necho hijacked\n', { mode: 0o755 });
    const { run } = setUp({ PATH: `${root}:${process.env.PATH}` });
    expect((await run('echo "$BASH_VERSION"')).head).toMatch(/^\d/);
  });

  it('does not start when it is stopped already', async () => {
    const { run, stop, outputFile } = setUp();
    stop.abort();
    await expect(run('true')).rejects.toThrow();
    expect(existsSync(outputFile)).toBe(false);
  });
});
