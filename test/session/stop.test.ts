/** Stop: whatever the command's processes do about it, they are gone, and the session goes on. */
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../src/host/processes.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { output, workshop } from './workshop.ts';

const trees: [name: string, line: string][] = [
  [
    'ignores SIGTERM',
    `trap '' TERM; sleep 1000 & echo $! >> pids; echo $$ >> pids; echo ready; wait; sleep 1000`,
  ],
  [
    'ignores SIGTERM all the way down',
    `bash -c 'trap "" TERM; echo $$ >> pids; sleep 1000 & echo $! >> pids; echo ready; wait' | cat`,
  ],
  [
    'has children in sessions of their own',
    `setsid bash -c 'trap "" TERM; echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' & until [ $(wc -l < pids) = 2 ]; do :; done; echo $$ >> pids; echo ready; wait`,
  ],
  [
    'has filled its pipes',
    `yes | (echo $BASHPID >> pids; echo ready; exec sleep 1000) & echo $$ >> pids; wait`,
  ],
  ['prints as fast as it can', `echo $$ >> pids; echo ready; exec yes`],
  ['reads what never comes', `mkfifo pipe; echo $$ >> pids; echo ready; exec cat pipe`],
];

describe.skipIf(process.platform !== 'linux')('Stop ends a tree that', { timeout: 60_000 }, () => {
  it.each(trees)('%s', async (_, line) => {
    await using shop = workshop();
    shop.write('pids', '');
    const model = scriptedModel([
      [reply({ calls: [call('c', 'run_command', { command: line })] })],
      [reply({ text: 'Next.' })],
    ]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await output(session, line.includes('yes') && !line.includes('BASHPID') ? 'y\n' : 'ready');
    const pids = shop.read('pids').trim().split('\n').map(Number);
    expect(pids.filter(isRunning)).toEqual(pids);
    await session.stop();
    expect(session.running).toBe(false);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(session.transcript.head.status).toBe('stopped');
    await session.send('again');
    await session.settled();
    expect(session.transcript.head.status).toBe('idle');
    expect(model.requests[1]?.at(-2)).toMatchObject({
      role: 'tool',
      text: expect.stringContaining('[stopped before its end'),
    });
  });
});
