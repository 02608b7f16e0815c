/** Questions on a terminal: streams that read keys as a terminal does. */
import { PassThrough } from 'node:stream';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { answerOnTerminal } from '../../src/cli/ask.ts';
import type { Pending } from '../../src/protocol/transcript.ts';
import type { Session } from '../../src/session/sessions.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  return () => void vi.useRealTimers();
});

const turn = () => new Promise(resolve => setImmediate(resolve));
const approval = (nonce: string): Pending => ({
  kind: 'approval',
  callId: nonce,
  nonce,
  title: { ask: 'Run', busy: 'Running', done: 'Ran', object: `npm run ${nonce}` },
  preview: { kind: 'command', command: `npm run ${nonce}`, cwd: '.' },
  reasons: [],
  offers: [],
});

function terminal(...pending: Pending[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let shown = '';
  output.on('data', chunk => (shown += chunk));
  const head = { pending };
  const [answers, gone]: [string[], string[]] = [[], []];
  let hear = () => {};
  const session = {
    transcript: { head },
    subscribe: (listener: () => void) => {
      hear = listener;
      return () => {};
    },
    approve(callId: string, _: string, answer: string, reason?: string) {
      answers.push([callId, answer, ...(reason ? [reason] : [])].join(' '));
      head.pending = head.pending.filter(p => p.callId !== callId);
    },
  } as unknown as Session;
  const over = new AbortController();
  onTestFinished(() => over.abort());
  answerOnTerminal(session, input, output, over.signal, how => gone.push(how));
  return {
    answers,
    gone,
    text: () => shown,
    end: () => over.abort(),
    async ask() {
      hear();
      await turn();
    },
    /** After the person has read what is on the screen. */
    async type(keys: string, afterMs = 2000) {
      vi.advanceTimersByTime(afterMs);
      input.write(keys);
      await turn();
      await turn();
    },
  };
}

it('asks one after the other', async () => {
  const { ask, type, answers, text } = terminal(approval('one'), approval('two'));
  await ask();
  expect(text()).not.toContain('npm run two');
  await type('y\r');
  await type('not that\r');
  expect(answers).toEqual(['one once', 'two deny not that']);
});

it('takes nothing that was typed before the question could be read', async () => {
  const { ask, type, answers, text } = terminal(approval('one'), approval('two'));
  await type('y\ry\r');
  await ask();
  await type('', 100);
  expect(answers).toEqual([]);
  expect(text()).toContain('typed before the question was shown');
  await type('n\r');
  await type('y\r', 100);
  expect(answers).toEqual(['one deny']);
  await type('y\r');
  expect(answers).toEqual(['one deny', 'two once']);
});

it('Ctrl+C at a question interrupts, and answers nothing', async () => {
  const { ask, type, answers, gone, end } = terminal(approval('one'), approval('two'));
  await ask();
  await type('\u0003');
  expect(gone).toEqual(['interrupted']);
  end();
  await turn();
  expect([answers, gone]).toEqual([[], ['interrupted']]);
});

it('where the input ends, the question stays for who comes next', async () => {
  const { ask, type, answers, gone, text } = terminal(approval('one'), approval('two'));
  await ask();
  await type('\u0004');
  expect([answers, gone]).toEqual([[], ['ended']]);
  expect(text()).not.toContain('npm run two');
});
