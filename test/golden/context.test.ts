/**
 * What the model reads and people see of one log in which room is made, taken back and made again, and messages wait:
 * the folds' output as text. `UPDATE_GOLDEN=1` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { SessionState } from '../../src/session/state.ts';

const usage = { promptTokens: 1_000, cachedTokens: 900, completionTokens: 50 };
let calls = 0;

const says = (text: string, more: Partial<NewEvent> = {}): NewEvent =>
  ({ type: 'user.message', turn: 't', text, context: [], steer: false, ...more }) as NewEvent;
/** A step with one command: what it printed, and how it ended. */
function ran(step: number, command: string, output: string, exitCode: number): NewEvent[] {
  const callId = `functions.run_command:${calls++}`;
  const content = `${output}\n[exit code ${exitCode}]`;
  return [
    { type: 'step.started', turn: 't', step },
    {
      type: 'assistant.message',
      turn: 't',
      step,
      message: {
        role: 'assistant',
        reasoning: `I run ${command}.`,
        text: '',
        toolCalls: [{ id: callId, name: 'run_command', arguments: JSON.stringify({ command }) }],
      },
      usage,
      contextWindow: 10_000,
      timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 2 },
    },
    {
      type: 'tool.result',
      callId,
      isError: false,
      content,
      display: {
        kind: 'command',
        command,
        cwd: '/w',
        outcome: { exitCode, signal: null, output, totalBytes: output.length },
      },
      durationMs: 10,
    },
  ];
}
const answers = (step: number, text: string): NewEvent[] => [
  { type: 'step.started', turn: 't', step },
  {
    type: 'assistant.message',
    turn: 't',
    step,
    message: { role: 'assistant', reasoning: 'I am done.', text, toolCalls: [] },
    usage,
    contextWindow: 10_000,
    timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 2 },
  },
  { type: 'turn.ended', turn: 't', reason: 'done' },
];
const begins: NewEvent = { type: 'turn.started', turn: 't', maxSteps: 300 };
const summarised = (keepFrom: number, summary: string): NewEvent => ({
  type: 'context.summarised',
  turn: 't',
  step: 0,
  keepFrom,
  summary,
  quoted: 60,
  messages: 7,
  tokens: 700,
  usage,
  cost: { amount: 0.002, currency: 'USD' },
});

it('one log: outputs set aside, a summary, the way back, a queue', () => {
  const state = new SessionState();
  const lines: string[] = [];
  let seq = 0;
  const apply = (...events: NewEvent[]) => {
    for (const event of events) state.apply({ ...event, seq: seq++, at: seq * 1_000 } as SessionEvent);
  };
  const show = (title: string) => {
    lines.push(`=== ${title}`);
    for (const m of state.history.messages()) {
      const made =
        m.role === 'assistant' ? m.toolCalls.map(call => ` -> ${call.name} ${call.arguments}`) : [];
      lines.push(`${m.role}${m.role === 'tool' ? ` ${m.callId}` : ''}${made.join('')}`);
      lines.push(...m.text.split('\n').map(line => `    | ${line}`.trimEnd()));
    }
    for (const item of state.transcript.items)
      if (item.kind === 'room') lines.push(`row: ${JSON.stringify(item)}`);
    for (const { id, text } of state.transcript.head.queue) lines.push(`queued ${id}: ${text}`);
    lines.push('');
  };

  apply({
    type: 'session.started',
    version: 1,
    id: 's',
    roots: ['/w'],
    backend: { baseUrl: 'http://127.0.0.1:1/v1', model: 'fake', profile: 'custom', standIn: false },
    mode: 'ask',
    systemPrompt: 'You are Ascent.\n\n# The workspace instructions (AGENTS.md)\nTabs, never spaces.',
    tools: [{ name: 'recall', description: '', parameters: {} }],
  });
  apply(
    begins,
    says('Make the tests pass. Do not touch vendor/.', {
      context: [{ label: 'a.js', text: 'let a' }],
    } as never),
  );
  apply(...ran(1, 'npm test', `a long report\n${'not ok\n'.repeat(60)}`, 1));
  apply({
    type: 'plan.updated',
    items: [
      { text: 'Read the report', status: 'done' },
      { text: 'Mend it', status: 'active' },
    ],
  });
  apply(says('In small commits, please.', { steer: true } as never));
  apply(...ran(2, 'ls', `${'file.js\n'.repeat(60)}`, 0));
  apply({ type: 'context.trimmed', results: 1, tokens: 120 });
  show('after the first report was set aside');

  apply({ type: 'queue.added', id: 'q1', text: 'Then the changelog.', context: [] });
  apply({ type: 'queue.added', id: 'q2', text: 'And a tag.', context: [] });
  apply({ type: 'queue.edited', id: 'q2', text: 'And a signed tag.' });
  apply(...answers(3, 'The tests pass now.'));
  apply(begins);
  const second = seq;
  apply(says('Then the changelog.', { queued: 'q1' } as never));
  apply(summarised(second, 'Two tests failed for rounding; mended in a.js. Not committed yet.'));
  show('the queued message began a turn, and a summary stands for the first one');

  const summary = seq - 1;
  apply(...ran(1, 'git commit -am changelog', 'committed', 0));
  apply(summarised(seq - 2, 'The changelog is committed.'));
  show('a summary in the middle of a turn: the newest step stays');
  apply({ type: 'context.restored', of: seq - 1, tokens: 300 });
  apply({ type: 'context.restored', of: summary, tokens: 700 });
  show('both summaries taken back');
  apply({ type: 'queue.removed', id: 'q2' }, ...answers(2, 'Done.'));
  expect(state.transcript.head).toMatchObject({ queue: [], cost: [{ amount: 0.004 }], status: 'idle' });

  const file = path.join(import.meta.dirname, 'context.txt');
  const text = `${lines.join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
