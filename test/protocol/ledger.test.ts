import { describe, expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { ledgerEntry } from '../../src/protocol/ledger.ts';
import { applyEvent, emptyTranscript } from '../../src/protocol/transcript.ts';

const usage = { promptTokens: 100, cachedTokens: 40, completionTokens: 10 };
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });
const stamped = (event: NewEvent): SessionEvent => ({ ...event, seq: 1, at: 5 }) as SessionEvent;
const reply = (more: object = {}) =>
  stamped({
    type: 'assistant.message',
    turn: 't',
    step: 2,
    message: { role: 'assistant', reasoning: 'r'.repeat(30), text: 'a'.repeat(70), toolCalls: [] },
    usage,
    cost: cny(0.5),
    contextWindow: 1000,
    timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 2 },
    ...more,
  } as NewEvent);
const paid = stamped({ type: 'request.paid', turn: 't', step: 2, usage, cost: cny(0.25) });

describe('an entry of the ledger', () => {
  it('tells hit from miss, and thinking from answer by what the backend counted', () => {
    expect(ledgerEntry(reply({ usage: { ...usage, reasoningTokens: 8 } }))).toEqual({
      at: 5,
      turn: 't',
      step: 2,
      hit: 40,
      miss: 60,
      reasoning: 8,
      answer: 2,
      cost: cny(0.5),
      unseen: false,
      estimated: false,
    });
  });
  it('shares output by length where the backend counts it as one', () => {
    expect(ledgerEntry(reply())).toMatchObject({ reasoning: 3, answer: 7 });
  });
  it('is there for what nobody saw, and for nothing that costs nothing', () => {
    expect(ledgerEntry(paid)).toMatchObject({ unseen: true, cost: cny(0.25), answer: 10 });
    expect(ledgerEntry(stamped({ type: 'step.started', turn: 't', step: 1 }))).toBeUndefined();
  });
});

describe('the totals', () => {
  const fold = (...events: SessionEvent[]) => {
    const t = emptyTranscript();
    for (const event of events) applyEvent(t, event);
    return t.head;
  };
  const turn = stamped({ type: 'turn.started', turn: 't', maxSteps: 9 });

  it('hold what nobody saw, and say how much that was', () => {
    const head = fold(turn, reply(), paid);
    expect(head.cost).toEqual([cny(0.75)]);
    expect(head.unseen).toEqual({ requests: 1, cost: [cny(0.25)] });
    expect(head.total.promptTokens).toBe(200);
    expect(head.contextTokens).toBe(110);
  });
  it('begin anew with each turn, and go on when one is resumed', () => {
    const resumed = stamped({ type: 'turn.resumed', turn: 't' });
    expect(fold(turn, reply(), turn, paid, resumed, paid)).toMatchObject({
      cost: [cny(1)],
      turnCost: [cny(0.5)],
    });
  });
  it('do not count what is only reserved', () => {
    const reserved = { turn: 't', step: 1, promptTokens: 9, outputTokens: 9, atMost: cny(9) };
    expect(fold(turn, stamped({ type: 'request.reserved', ...reserved })).cost).toEqual([]);
  });
});
