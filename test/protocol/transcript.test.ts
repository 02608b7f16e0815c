import { describe, expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { applyEvent, emptyTranscript, type ToolItem } from '../../src/protocol/transcript.ts';

const usage = { promptTokens: 100, cachedTokens: 40, completionTokens: 10 };
const started: NewEvent[] = [
  {
    type: 'session.started',
    version: 1,
    id: 's',
    roots: ['/w'],
    backend: { baseUrl: 'http://x', model: 'm', profile: 'custom', standIn: false },
    mode: 'ask',
    systemPrompt: '',
    tools: [],
  },
  { type: 'turn.started', turn: 't', maxSteps: 300 },
  { type: 'user.message', turn: 't', text: 'go', context: [], steer: false },
  { type: 'step.started', turn: 't', step: 1 },
];
function reply(calls: string[], more: { text?: string; reasoning?: string } = {}): NewEvent {
  const toolCalls = calls.map(id => ({ id, name: 'edit_file', arguments: '{}' }));
  return {
    type: 'assistant.message',
    turn: 't',
    step: 1,
    message: { role: 'assistant', reasoning: more.reasoning, text: more.text ?? '', toolCalls },
    usage,
    cost: { amount: 0.5, currency: 'USD' },
    contextWindow: 1000,
    timing: { firstTokenMs: 1, thinkingMs: 12_000, totalMs: 13_000 },
  };
}
const title = { ask: 'Edit', busy: 'Editing', done: 'Edited', object: 'a.ts' };
const preview = { kind: 'text', text: 'shown before' } as const;
const requested: NewEvent = {
  type: 'approval.requested',
  callId: 'a',
  nonce: 'n1',
  preview,
  reasons: ['It writes.'],
};

function fold(events: NewEvent[]) {
  const t = emptyTranscript();
  const changes = events.map((event, seq) =>
    applyEvent(t, { ...event, seq, at: seq * 1000 } as SessionEvent),
  );
  return {
    t,
    changes,
    last: changes.at(-1),
    tool: () => t.items.find((i): i is ToolItem => i.kind === 'tool'),
  };
}

describe('the transcript', () => {
  it('shows a reply as thinking, answer and calls, in that order', () => {
    const { t } = fold([...started, reply(['a', 'b'], { reasoning: 'hm', text: 'I will look.' })]);
    expect(t.items.map(i => i.kind)).toEqual(['user', 'thinking', 'answer', 'tool', 'tool']);
    expect(t.items[1]).toMatchObject({ text: 'hm', durationMs: 12_000 });
  });

  it('shows nothing for empty thinking and empty text', () => {
    const { t } = fold([...started, reply(['a'], { reasoning: '', text: ' \n' })]);
    expect(t.items.map(i => i.kind)).toEqual(['user', 'tool']);
  });

  it('adds up tokens and money, and knows what the window holds', () => {
    const { t } = fold([...started, reply([]), reply([])]);
    expect(t.head.total).toMatchObject({ promptTokens: 200, cachedTokens: 80, completionTokens: 20 });
    expect(t.head.cost).toEqual([{ amount: 1, currency: 'USD' }]);
    expect(t.head).toMatchObject({ contextTokens: 110, contextWindow: 1000 });
  });

  it('waits while an approval is pending, with the preview shown, and goes on when it is given', () => {
    const planned: NewEvent = { type: 'tool.planned', callId: 'a', title, access: [] };
    const asked = fold([...started, reply(['a']), planned, requested]);
    expect(asked.t.head.status).toBe('waiting');
    expect(asked.t.head.pending).toMatchObject([{ kind: 'approval', callId: 'a', nonce: 'n1', title }]);
    expect(asked.tool()).toMatchObject({ state: 'approval', title, display: preview });
    const allowed: NewEvent = { type: 'tool.decided', callId: 'a', verdict: 'allow', by: 'person' };
    const given = fold([...started, reply(['a']), planned, requested, allowed]);
    expect(given.t.head).toMatchObject({ status: 'running', pending: [] });
    // Others of the same reply may have to run before it.
    expect(given.tool()?.state).toBe('waiting');
    const begun: NewEvent = { type: 'tool.intent', callId: 'a', effects: [] };
    const running = fold([...started, reply(['a']), planned, requested, allowed, begun]);
    expect(running.tool()?.state).toBe('running');
  });

  it('asks again after a crash under the new nonce only', () => {
    const { t } = fold([...started, reply(['a']), requested, { ...requested, nonce: 'n2' } as NewEvent]);
    expect(t.head.pending.map(p => p.nonce)).toEqual(['n2']);
  });

  it('keeps a refused call apart from a failed one', () => {
    const deny: NewEvent = {
      type: 'tool.decided',
      callId: 'a',
      verdict: 'deny',
      by: 'person',
      reason: 'not now',
    };
    const failed = (callId: string): NewEvent => ({
      type: 'tool.result',
      callId,
      isError: true,
      content: 'no',
      durationMs: 3,
    });
    const { t } = fold([...started, reply(['a', 'b']), requested, deny, failed('a'), failed('b')]);
    const tools = t.items.filter(i => i.kind === 'tool');
    expect(tools.map(i => [i.state, i.message])).toEqual([
      ['denied', 'not now'],
      ['failed', 'no'],
    ]);
  });

  it('shows a question with its answer', () => {
    const ask: NewEvent = {
      type: 'question.asked',
      callId: 'a',
      nonce: 'n',
      question: 'Which?',
      options: ['x'],
    };
    const asked = fold([...started, reply(['a']), ask]);
    expect(asked.t.head).toMatchObject({ status: 'waiting', pending: [{ kind: 'question', nonce: 'n' }] });
    const { t, tool } = fold([
      ...started,
      reply(['a']),
      ask,
      { type: 'question.answered', callId: 'a', answer: 'x' },
    ]);
    expect(t.head).toMatchObject({ status: 'running', pending: [] });
    expect(tool()?.display).toMatchObject({ kind: 'question', answer: 'x' });
  });

  it('never changes an item in place, so that a view can compare by identity', () => {
    const t = emptyTranscript();
    [...started, reply(['a'])].forEach((event, seq) => {
      applyEvent(t, { ...event, seq, at: 0 } as SessionEvent);
    });
    const before = t.items.at(-1);
    const copy = structuredClone(before);
    const done = {
      type: 'tool.result',
      callId: 'a',
      isError: false,
      content: '',
      durationMs: 1,
      seq: 9,
      at: 9,
    };
    const change = applyEvent(t, done as SessionEvent);
    expect(before).toEqual(copy);
    expect(change.items).toEqual([t.items.at(-1)]);
  });

  it.each([
    ['done', 'idle'],
    ['stopped', 'stopped'],
    ['stepLimit', 'stopped'],
    ['failed', 'failed'],
  ] as const)('after a turn that ended as %s is %s', (reason, status) => {
    const { t } = fold([...started, requested, { type: 'turn.ended', turn: 't', reason }]);
    expect(t.head).toMatchObject({ status, pending: [] });
    expect(t.items.at(-1)).toMatchObject({ kind: 'end', reason, steps: 1, durationMs: 4000 });
  });

  it('carries titles, plans, notices and choices', () => {
    const { t } = fold([
      ...started,
      { type: 'session.titled', title: 'Fix it' },
      { type: 'plan.updated', items: [{ text: 'look', status: 'active' }] },
      { type: 'session.changed', mode: 'edits' },
      { type: 'notice', level: 'warning', code: 'gap', text: 'A record was lost.' },
    ]);
    expect(t.head).toMatchObject({ title: 'Fix it', mode: 'edits', plan: [{ text: 'look' }] });
    expect(t.items.at(-1)).toMatchObject({ kind: 'notice', text: 'A record was lost.' });
  });

  it('says a repair once in a turn, with how often', () => {
    const notice = (text: string): NewEvent => ({ type: 'notice', level: 'info', code: 'wire', text });
    const turn = [notice('Lifted a call.'), reply(['a']), notice('Other.'), notice('Lifted a call.')];
    const { t, last } = fold([...started, ...turn, notice('Lifted a call.')]);
    expect(t.items.filter(item => item.kind === 'notice')).toMatchObject([
      { text: 'Lifted a call.', times: 3 },
      { text: 'Other.' },
    ]);
    expect(last?.items).toEqual([t.items[1]]);
    applyEvent(t, { type: 'turn.started', turn: 'u', maxSteps: 9, seq: 90, at: 90 });
    applyEvent(t, { ...notice('Lifted a call.'), seq: 91, at: 91 } as SessionEvent);
    expect(t.items.at(-1)).toMatchObject({ id: 'e91', text: 'Lifted a call.' });
    expect(t.items.at(-1)).not.toHaveProperty('times');
  });

  it('lets an event of a later version pass', () => {
    const { last } = fold([...started, { type: 'from.the.future' } as unknown as NewEvent]);
    expect(last).toEqual({ items: [], head: false });
  });
});
