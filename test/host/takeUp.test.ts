import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runPiped } from '../../src/host/command/pipedCommand.ts';
import { forbidStart, parseStatus, readStatus } from '../../src/host/command/record.ts';
import { type Launch, runRecorded } from '../../src/host/command/recordedCommand.ts';
import { takeUp } from '../../src/host/command/takeUp.ts';
import { wrappersOf } from '../../src/host/command/wrapper.ts';
import { LeftRunning } from '../../src/host/host.ts';
import { isRunning, thisMachine } from '../../src/host/processes.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { until } from '../until.ts';

const env = { PATH: process.env.PATH ?? '' };
const never = new AbortController().signal;
const plain: Launch = async (argv, given) => ({ argv, env: given });

/** Runs a command in a directory of its own. */
function commands() {
  const cwd = temporaryDirectory();
  const outputFile = path.join(cwd, 'output.txt');
  const spec = (command: string) => ({ command, cwd, timeoutMs: 30_000, outputFile, unasked: false });
  const begun = { outputFile, timeoutMs: 30_000, machine: thisMachine(), at: Date.now() };
  return {
    outputFile,
    /** What a command waits for with `until [ -e go ]`. */
    go: () => writeFileSync(path.join(cwd, 'go'), ''),
    run: (command: string, onOutput = (_: string) => {}, signal = never) =>
      runRecorded(spec(command), env, plain, onOutput, signal),
    piped: (command: string, onOutput = (_: string) => {}, signal = never) =>
      runPiped(spec(command), env, onOutput, signal),
    /** Starts it, and lets go of it once it has printed something. */
    async leave(command: string) {
      const leaving = new AbortController();
      const running = runRecorded(
        spec(command),
        env,
        plain,
        () => leaving.abort(new LeftRunning()),
        leaving.signal,
      );
      await expect(running).rejects.toBeInstanceOf(LeftRunning);
    },
    find: (onOutput = (_: string) => {}, signal = never) => takeUp(begun, onOutput, signal),
    status: () => readStatus(outputFile),
  };
}

describe.skipIf(process.platform === 'win32')('taking up a command', { timeout: 30_000 }, () => {
  it('that never began finds that, and keeps it from beginning', async () => {
    const { find, run, outputFile } = commands();
    expect(await find()).toEqual({ fate: 'notStarted' });
    await expect(run(`touch ${outputFile}.ran`)).rejects.toMatchObject({ code: 'failed' });
    expect(existsSync(`${outputFile}.ran`)).toBe(false);
    expect(await find()).toEqual({ fate: 'notStarted' });
  });

  it('either begins it or forbids it, however close the two come', async () => {
    for (let i = 0; i < 20; i++) {
      const { run, outputFile } = commands();
      const running = run(`touch ${outputFile}.ran`).catch(() => {});
      await delay(i / 2);
      const forbidden = forbidStart(outputFile);
      await running;
      expect(existsSync(`${outputFile}.ran`)).toBe(!forbidden);
    }
  });

  it('is not needed for one that was stopped before it could begin', async () => {
    for (let i = 0; i < 20; i++) {
      const { run } = commands();
      const stopping = new AbortController();
      const running = run('sleep 20', undefined, stopping.signal);
      setTimeout(() => stopping.abort(), i / 4);
      const outcome = await running.catch(error => error);
      if (outcome !== stopping.signal.reason)
        expect(outcome).toMatchObject({ exitCode: null, stopped: true });
    }
  });

  it('ends what a finished one left behind', async () => {
    const { leave, go, find, status } = commands();
    let shown = '';
    await leave(
      `(trap '' TERM; exec sleep 1000) >/dev/null 2>&1 & echo $!; until [ -e go ]; do sleep 0.02; done`,
    );
    go();
    await until(() => status()?.exit !== undefined && !isRunning(status()?.pid ?? 0));
    const found = await find(text => {
      shown += text;
    });
    if (found.fate !== 'ended') throw new Error(found.fate);
    expect(found.outcome).toMatchObject({ exitCode: 0, timedOut: false });
    await until(() => !isRunning(Number(found.outcome.head)));
    expect(shown).toBe('');
  });

  it.runIf(process.platform === 'linux')('tells that output found no space while nobody looked', async () => {
    const { find, go, outputFile } = commands();
    const full = path.join(path.dirname(outputFile), 'full');
    symlinkSync('/dev/full', full);
    const leaving = new AbortController();
    const spec = {
      command: 'until [ -e go ]; do sleep 0.02; done; seq 10',
      cwd: path.dirname(full),
      timeoutMs: 9_000,
      outputFile: full,
    };
    const running = runRecorded(spec, env, plain, () => {}, leaving.signal);
    await until(() => existsSync(`${full}.status`) && readStatus(full)?.pid !== undefined);
    leaving.abort(new LeftRunning());
    await expect(running).rejects.toBeInstanceOf(LeftRunning);
    go();
    await until(() => readStatus(full)?.exit !== undefined);
    const begun = { outputFile: full, timeoutMs: 9_000, machine: thisMachine(), at: Date.now() };
    expect(await takeUp(begun, () => {}, never)).toMatchObject({
      fate: 'ended',
      outcome: { exitCode: 0, outputLost: true },
    });
    expect(await find()).toEqual({ fate: 'notStarted' });
  });

  it('whose processes go on without their wrapper names them', async () => {
    const { leave, find, status, outputFile } = commands();
    await leave('echo $$; sleep 1000');
    const { pid } = status()!;
    for (const one of wrappersOf(outputFile)) process.kill(one, 'SIGKILL');
    const found = await find();
    if (found.fate !== 'unknown') throw new Error(found.fate);
    expect(found).toMatchObject({ why: 'vanished', output: { totalBytes: found.output.head.length } });
    if (process.platform === 'linux') expect(found.stillRunning).toContain(Number(found.output.head));
    process.kill(-pid!, 'SIGKILL');
  });
});

describe('a status file', () => {
  const nothing = { pid: undefined, exit: undefined, ended: undefined, lost: undefined };
  it.each([
    ['', nothing],
    ['started 1', nothing],
    ['started 12\n', { ...nothing, pid: 12 }],
    ['forbidden\n', nothing],
    ['started 12\nexit 3\n', { ...nothing, pid: 12, exit: { code: 3, signal: null } }],
    ['started 12\nexit 139\n', { ...nothing, pid: 12, exit: { code: 139, signal: null } }],
    ['started 12\nexit 13', { ...nothing, pid: 12 }],
    [
      'started 12\nSegmentation fault\nexit 139\n',
      { ...nothing, pid: 12, exit: { code: null, signal: 'SIGSEGV' } },
    ],
    [
      'started 12\ntimeout\nTerminated\nexit 143\nstopped\n',
      { ...nothing, pid: 12, ended: 'timeout', exit: { code: null, signal: 'SIGTERM' } },
    ],
    ['started 12\nexit 0\ntimeout\n', { ...nothing, pid: 12, exit: { code: 0, signal: null } }],
    [
      "started 12\n/usr/bin/tee: 'standard output': No space left on device\n",
      { ...nothing, pid: 12, lost: 'space' },
    ],
    ["started 12\ntee: 'standard output': File too large\n", { ...nothing, pid: 12, lost: 'limit' }],
    ['started 12\n/usr/bin/tee: read error: Input/output error\n', { ...nothing, pid: 12, lost: 'other' }],
  ])('%j', (text, status) => {
    expect(parseStatus(text)).toEqual(status);
  });
});

describe.skipIf(process.platform === 'win32')(
  'a command with pipes, as on Windows',
  { timeout: 30_000 },
  () => {
    it('gives its output, its exit code and what it printed live', async () => {
      const { piped } = commands();
      let shown = '';
      const outcome = await piped('echo out; echo err >&2; exit 3', text => {
        shown += text;
      });
      expect(outcome).toMatchObject({ exitCode: 3, signal: null, head: 'out\nerr\n', omittedBytes: 0 });
      expect(shown).toBe('out\nerr\n');
    });

    it('ends with the window, since nothing could take it up', async () => {
      const { piped } = commands();
      const leaving = new AbortController();
      const running = piped('echo $$; sleep 1000', () => leaving.abort(new LeftRunning()), leaving.signal);
      const outcome = await running;
      expect(outcome.exitCode).toBeNull();
      expect(isRunning(Number(outcome.head))).toBe(false);
    });
  },
);
