/** A long session of the built command line that is killed again and again, and the checks of what must come out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.ts';
import { longRun } from '../../src/standin/scenarios/longRun.ts';
import type { Scenario } from '../../src/standin/script.ts';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { cli } from '../cli/ascent.ts';

/** Fewer files than rounds: most are edited more than once, and an edit that is made twice shows. */
const FILES = 20;
/** How the record of a person's message begins. */
const BEGUN = '{"type":"user.message"';
/** Where commands leave their trace. */
const COUNTER = 'ran.txt';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The events that it acknowledged: printed once they were recorded. */
  lines: string[];
  err: string;
}

export interface LongSession extends AsyncDisposable {
  /** Starts the session, or goes on with it. */
  live(more?: {
    nodeArgs?: string[];
    env?: NodeJS.ProcessEnv;
    onStart?(child: ChildProcess): void;
  }): Promise<Ended>;
  /** All events in the log now. */
  log(): Promise<string[]>;
  /** Name and hash of each file of the workspace, but for the trace of commands. */
  tree(): Record<string, string>;
  /** What each command that ran wrote, in order. */
  ran(): string[];
}

/** The script of `long-run`, with commands that leave a trace each time they run. */
export const counted: Scenario = {
  ...longRun,
  matches: () => true,
  next(conversation) {
    const reply = longRun.next(conversation);
    const calls = reply.calls?.map(call =>
      call.name === 'run_command'
        ? { ...call, arguments: { command: `echo step-${conversation.steps + 1} >> ${COUNTER}` } }
        : call,
    );
    return { ...reply, ...(calls && { calls }) };
  },
};

export async function longSession(steps: number): Promise<LongSession> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ascent-lives-'));
  const [work, state] = [path.join(dir, 'work'), path.join(dir, 'state')];
  const counter = path.join(work, COUNTER);
  mkdirSync(work);
  writeTree(work, generateTree(FILES));
  const standin = createStandin({ tokensPerSecond: 0, scenario: counted, models: ['k2'] });
  const server: StandinServer = await serveStandin(standin, 0);
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('ASCENT_')),
  );
  let id: string | undefined;

  const run = (args: string[], more: Parameters<LongSession['live']>[0] = {}): Promise<Ended> =>
    new Promise(resolve => {
      const child = spawn(process.execPath, [...(more.nodeArgs ?? []), cli, ...args], {
        cwd: work,
        env: { ...clean, ASCENT_STATE_DIR: state, ...more.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', text => (out += text));
      child.stderr.setEncoding('utf8').on('data', text => (err += text));
      child.on('close', (code, signal) => {
        // The last line may be cut off; it was never acknowledged whole.
        const lines = out.split('\n');
        lines.pop();
        resolve({ code, signal, lines, err });
      });
      more.onStart?.(child);
    });

  const sessions = () => {
    const folder = path.join(state, 'sessions');
    return existsSync(folder)
      ? readdirSync(folder).filter(name => existsSync(path.join(folder, name, 'log')))
      : [];
  };

  return {
    async live(more) {
      [id] = sessions();
      // Killed before the person's message was recorded: nothing to go on with, it is given again.
      const begun = id !== undefined && readFileSync(path.join(state, 'sessions', id, 'log')).includes(BEGUN);
      const flags = ['--json', '--approve', 'all'];
      const prompt = `long run, ${steps} steps`;
      if (begun) return run(['resume', id!, ...flags], more);
      if (id) return run(['run', '--resume', id, ...flags, prompt], more);
      return run(['run', ...flags, '--base-url', server.url, '--model', 'k2', prompt], more);
    },
    async log() {
      const { lines, code, err } = await run(['log', sessions()[0]!, '--json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return lines;
    },
    tree() {
      const names = readdirSync(work, { recursive: true, encoding: 'utf8' }).sort();
      const files = names.filter(name => name !== COUNTER && statSync(path.join(work, name)).isFile());
      return Object.fromEntries(
        files.map(name => [
          name,
          createHash('sha256')
            .update(readFileSync(path.join(work, name)))
            .digest('hex'),
        ]),
      );
    },
    ran: () => (existsSync(counter) ? readFileSync(counter, 'utf8').trim().split('\n') : []),
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The files of a session that nobody interrupts. */
export async function uninterrupted(steps: number): Promise<Record<string, string>> {
  await using session = await longSession(steps);
  const { code, err } = await session.live();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(new Set(session.ran()).size).toBe(session.ran().length);
  return session.tree();
}

/** Nothing acknowledged was lost, nothing happened twice, and the work is done. */
export async function expectWhole(
  session: LongSession,
  acknowledged: readonly string[],
  tree: Record<string, string>,
): Promise<SessionEvent[]> {
  const log = await session.log();
  const kept = new Set(log);
  expect(acknowledged.filter(line => !kept.has(line))).toEqual([]);
  const events: SessionEvent[] = log.map(line => JSON.parse(line));
  expect(events.map(event => event.seq)).toEqual([...events.keys()]);
  expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
  const results = events.flatMap(event => (event.type === 'tool.result' ? [event.callId] : []));
  expect(new Set(results).size).toBe(results.length);
  const ran = session.ran();
  expect(new Set(ran).size).toBe(ran.length);
  expect(session.tree()).toEqual(tree);
  return events;
}
