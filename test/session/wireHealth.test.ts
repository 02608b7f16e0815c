import { describe, expect, it } from 'vitest';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { healthRows, wireHealth } from '../../src/session/wireHealth.ts';

const backend = { baseUrl: 'http://127.0.0.1:8000/v1', model: 'K2', profile: 'vllm', standIn: false };
const started: NewEvent = {
  type: 'session.started',
  version: 1,
  id: 's',
  roots: [],
  backend,
  mode: 'ask',
  systemPrompt: '',
  tools: [],
};
const notice = (code: string, text: string): NewEvent => ({ type: 'notice', level: 'info', code, text });
interface Figures {
  prompt?: number;
  cached?: number;
  out?: number;
  firstTokenMs?: number;
  totalMs?: number;
  key?: string;
  thinking?: string;
  estimated?: true;
}
function reply(figures: Figures = {}): NewEvent {
  const {
    prompt = 1000,
    cached = 0,
    out = 100,
    firstTokenMs = 500,
    totalMs = 2500,
    key,
    thinking,
    estimated,
  } = figures;
  return {
    type: 'assistant.message',
    turn: 't',
    step: 1,
    message: { role: 'assistant', text: 'x', toolCalls: [], ...(thinking && { reasoning: thinking }) },
    usage: {
      promptTokens: prompt,
      cachedTokens: cached,
      completionTokens: out,
      ...(estimated && { estimated }),
    },
    contextWindow: 262_144,
    timing: { firstTokenMs, thinkingMs: 0, totalMs },
    ...(key && { reasoningKey: key }),
  };
}
const health = (...events: NewEvent[]) =>
  wireHealth(events.map((event, seq) => ({ ...event, seq, at: seq }) as SessionEvent));

describe('wire health', () => {
  it('counts the cache from the second reply on, as the first has nothing to hit', () => {
    const { cacheHitRatio, promptTokens, cachedTokens } = health(
      started,
      reply({ prompt: 1000 }),
      reply({ prompt: 2000, cached: 1000 }),
      reply({ prompt: 3000, cached: 2000 }),
    );
    expect([promptTokens, cachedTokens]).toEqual([6000, 3000]);
    expect(cacheHitRatio).toBeCloseTo(0.6);
    expect(health(started, reply()).cacheHitRatio).toBeUndefined();
  });
  it('takes speed from the tokens after the first, and only where there was time to tell', () => {
    const { tokensPerSecond, firstTokenMs } = health(
      started,
      reply({ out: 100, firstTokenMs: 500, totalMs: 2500 }),
      reply({ out: 30, firstTokenMs: 1500, totalMs: 2500 }),
      reply({ out: 200, firstTokenMs: 700, totalMs: 2700 }),
      reply({ out: 5, firstTokenMs: 100, totalMs: 101 }),
    );
    expect(tokensPerSecond).toEqual({ median: 50, least: 30, most: 100 });
    expect(firstTokenMs).toEqual({ median: 700, least: 100, most: 1500 });
  });
  it('tells where thinking came, repairs and retries, the most frequent first', () => {
    const { reasoning, repairs, retries } = health(
      started,
      notice('wire', 'Lifted.'),
      notice('retry', 'Busy.'),
      notice('wire', 'Mended.'),
      notice('gap:1:1', 'A record was lost.'),
      notice('wire', 'Mended.'),
      reply({ thinking: 'hm', key: 'reasoning' }),
      reply({ thinking: 'hm' }),
      reply({ thinking: 'hm', key: 'reasoning' }),
      reply(),
    );
    expect(repairs).toEqual([
      { text: 'Mended.', times: 2 },
      { text: 'Lifted.', times: 1 },
    ]);
    expect(retries).toEqual([{ text: 'Busy.', times: 1 }]);
    expect(reasoning).toEqual([
      { text: 'reasoning', times: 2 },
      { text: 'inline', times: 1 },
    ]);
  });
  it('begins anew with another backend, and not with another mode', () => {
    const other = { ...backend, model: 'other' };
    const before = [started, reply(), notice('wire', 'Mended.')];
    expect(health(...before, { type: 'session.changed', mode: 'all' }).replies).toBe(1);
    expect(health(...before, { type: 'session.changed', backend: other })).toMatchObject({
      backend: other,
      replies: 0,
      repairs: [],
    });
  });
  it('has words for a session without replies, and for counts that are our own', () => {
    expect(Object.fromEntries(healthRows(health(started)))).toMatchObject({
      Model: 'K2',
      Profile: 'vLLM',
      Replies: '0',
      'First token after': 'not measured',
    });
    const rows = Object.fromEntries(healthRows(health(started, reply({ estimated: true }), reply())));
    expect(rows['Counted by Ascent itself']).toBe('1 reply came without usage');
    expect(rows['First token after']).toBe('0.5 s');
  });
});
