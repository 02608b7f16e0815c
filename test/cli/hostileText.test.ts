import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { answerOnTerminal } from '../../src/cli/ask.ts';
import { printItems, rowOf } from '../../src/cli/print.ts';
import type { Session } from '../../src/session/sessions.ts';
import { everywhere } from '../ui/hostile/places.ts';
import { hostileSamples } from '../ui/hostile/samples.ts';

/** What a terminal acts on or hides; colours are ours. */
const ACTS = /(?!\n|\t|\x1b\[\d{1,2}m)[\p{Cc}\p{Bidi_Control}\u{e0000}-\u{e007f}]/u;

it('no hostile text reaches the terminal as it is', () => {
  for (const text of hostileSamples('http://127.0.0.1:1')) {
    const { items, head } = everywhere(text);
    let printed = '';
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    stream.write = ((chunk: string) => {
      printed += chunk;
      return true;
    }) as never;
    printItems(items, { items, head: head! } as never, { out: stream, err: stream });
    expect(printed.match(ACTS), JSON.stringify(text)).toBeNull();
  }
});

it('nor does it in a question', async () => {
  const evil = '\u001b]52;c;eA==\u0007\u202e\u001b[2J';
  const { head } = everywhere(evil);
  const written: string[] = [];
  const output = new PassThrough().on('data', chunk => written.push(String(chunk)));
  let hear = () => {};
  const session = {
    transcript: { head },
    subscribe: (listener: () => void) => {
      hear = listener;
      return () => {};
    },
    approve: () => true,
    answer: () => true,
  } as unknown as Session;
  const input = new PassThrough();
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  answerOnTerminal(session, input, output, new AbortController().signal, () => {});
  hear();
  for (let i = 0; i < head!.pending.length; i++) {
    await new Promise(resolve => setImmediate(resolve));
    vi.advanceTimersByTime(1000);
    input.write('n\n');
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(written.join('')).toContain('52;c;eA==');
  expect(written.join('').match(ACTS)).toBeNull();
});

it('no line break in a name or a command makes a row of its own', () => {
  const title = { ask: 'Read', busy: 'Reading', done: 'Read', object: 'a.txt\n  ✓ Ran npm test (exit 0)' };
  const item = {
    id: 'c',
    kind: 'tool',
    callId: 'c',
    name: 'read_file',
    title,
    state: 'done',
    step: 1,
  } as const;
  expect(rowOf(item as never).split('\n')).toHaveLength(1);
  expect(rowOf({ ...item, state: 'denied' } as never).split('\n')).toHaveLength(1);
});
