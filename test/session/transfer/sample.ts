/** A session with everything in it that can be in one, for exports and replays. */
import type { NewEvent, SessionEvent } from '../../../src/protocol/events.ts';

const usage = { promptTokens: 1000, cachedTokens: 400, completionTokens: 50 };
const timing = { firstTokenMs: 10, thinkingMs: 20, totalMs: 30 };
const cost = (amount: number) => ({ amount, currency: 'USD' as const });

export const longText = `${'x'.repeat(70_000)}\u2028 日本 end`;

const list: NewEvent[] = [
  {
    type: 'session.started',
    version: 1,
    id: 's1',
    roots: ['/home/alice/shop'],
    backend: { baseUrl: 'https://k2.example/v1', model: 'k2', profile: 'custom', standIn: false },
    mode: 'ask',
    systemPrompt: 'Folders: /home/alice/shop.',
    tools: [{ name: 'read_file', description: 'Reads.', parameters: { type: 'object', $blob: 'not one' } }],
  },
  { type: 'turn.started', turn: 't1', maxSteps: 300 },
  {
    type: 'user.message',
    turn: 't1',
    text: 'mend it',
    context: [{ label: 'a.ts', text: 'x' }],
    steer: false,
  },
  { type: 'session.titled', title: 'mend it' },
  { type: 'step.started', turn: 't1', step: 1 },
  { type: 'request.reserved', turn: 't1', step: 1, promptTokens: 9, outputTokens: 9, atMost: cost(1) },
  {
    type: 'assistant.message',
    turn: 't1',
    step: 1,
    message: {
      role: 'assistant',
      reasoning: 'Look first.',
      text: '',
      toolCalls: [
        { id: 'c1', name: 'read_file', arguments: '{"path":"a.ts"}' },
        { id: 'c2', name: 'edit_file', arguments: '{"path":"a.ts"}' },
      ],
    },
    usage,
    cost: cost(0.01),
    contextWindow: 100_000,
    timing,
  },
  {
    type: 'tool.planned',
    callId: 'c1',
    title: { ask: 'Read', busy: 'Reading', done: 'Read', object: 'a.ts' },
    access: [],
  },
  { type: 'tool.decided', callId: 'c1', verdict: 'allow', by: 'policy' },
  { type: 'tool.result', callId: 'c1', isError: false, content: longText, durationMs: 3 },
  {
    type: 'tool.planned',
    callId: 'c2',
    title: { ask: 'Edit', busy: 'Editing', done: 'Edited', object: 'a.ts' },
    access: [],
  },
  {
    type: 'approval.requested',
    callId: 'c2',
    nonce: 'n1',
    preview: {
      kind: 'diff',
      files: [{ path: 'a.ts', change: 'modified', hunks: '@@ -1 +1 @@\n-a\n+b\n', added: 1, removed: 1 }],
    },
    reasons: ['It changes a file.'],
    offers: [{ destination: 'session', rule: { kind: 'edits' }, label: 'edits' }],
  },
  { type: 'tool.decided', callId: 'c2', verdict: 'allow', by: 'person', grant: { kind: 'edits' } },
  { type: 'checkpoint.taken', turn: 't1', step: 1, when: 'before', roots: [], files: 0, durationMs: 1 },
  {
    type: 'tool.intent',
    callId: 'c2',
    effects: [{ kind: 'file', path: '/home/alice/shop/a.ts', before: 'a', after: 'b' }],
  },
  {
    type: 'tool.result',
    callId: 'c2',
    isError: false,
    content: 'Edited.',
    display: {
      kind: 'diff',
      files: [{ path: 'a.ts', change: 'modified', hunks: '@@ -1 +1 @@\n-a\n+b\n', added: 1, removed: 1 }],
    },
    durationMs: 4,
  },
  { type: 'step.started', turn: 't1', step: 2 },
  {
    type: 'assistant.message',
    turn: 't1',
    step: 2,
    message: { role: 'assistant', text: 'It is mended.', toolCalls: [] },
    usage,
    cost: cost(0.02),
    contextWindow: 100_000,
    timing,
  },
  { type: 'turn.ended', turn: 't1', reason: 'done' },
];

export const sample: SessionEvent[] = list.map(
  ({ type, ...rest }, seq) => ({ type, seq, at: 1_767_225_600_000 + seq * 1000, ...rest }) as SessionEvent,
);
