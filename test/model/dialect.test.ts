import { describe, expect, it } from 'vitest';
import { type Dialect, toWire } from '../../src/model/dialect.ts';
import { CUSTOM, PROFILES } from '../../src/model/profiles.ts';
import type { AssistantMessage, Message, ToolCall } from '../../src/protocol/message.ts';

const dialect = (id: string, seenKey?: Dialect['seenKey']): Dialect => ({
  profile: [...PROFILES, CUSTOM].find(p => p.id === id)!,
  seenKey,
});
const call = (id: string, name = 'bash', args = '{"a":1}'): ToolCall => ({ id, name, arguments: args });
const said = (more: Partial<AssistantMessage>): AssistantMessage => ({
  role: 'assistant',
  text: '',
  toolCalls: [],
  ...more,
});
const result = (callId: string, text = 'ok'): Message => ({ role: 'tool', callId, name: 'bash', text });
const wire = (history: Message[], id = 'vllm') => toWire(history, dialect(id)).messages;

describe('reasoning goes back', () => {
  const reasoning = ' I think\n\tso… 你好 ';
  const [message] = wire([said({ reasoning, text: 'Hi' })]);
  it('byte for byte, under both keys for vLLM', () => {
    expect(message).toEqual({
      role: 'assistant',
      reasoning_content: reasoning,
      reasoning,
      content: 'Hi',
    });
  });
  it('as an empty string when it was one, and not at all when there was none', () => {
    expect(wire([said({ reasoning: '', text: 'Hi' })])[0]).toMatchObject({ reasoning_content: '' });
    expect(wire([said({ text: 'Hi' })])[0]).toEqual({ role: 'assistant', content: 'Hi' });
  });
  it('as an empty string beside calls where the host insists on it', () => {
    const history = [said({ toolCalls: [call('a')] }), result('a')];
    expect(wire(history, 'moonshot')[0]).toMatchObject({ reasoning_content: '' });
    expect(wire([said({ text: 'Hi' })], 'moonshot')[0]).not.toHaveProperty('reasoning_content');
  });
  it('with its details untouched to OpenRouter', () => {
    const reasoningDetails = [{ type: 'reasoning.encrypted', data: 'x' }];
    expect(wire([said({ reasoning: 'r', reasoningDetails, text: 'Hi' })], 'openrouter')[0]).toEqual({
      role: 'assistant',
      reasoning: 'r',
      reasoning_details: reasoningDetails,
      content: 'Hi',
    });
  });
  it.each([
    [undefined, ['reasoning_content', 'reasoning']],
    ['reasoning', ['reasoning']],
    ['reasoning_content', ['reasoning_content']],
    ['reasoning_details', ['reasoning']],
  ] as const)('to an unknown backend as it writes: %s', (seen, keys) => {
    const [sent] = toWire([said({ reasoning: 'r', text: 'Hi' })], dialect('custom', seen)).messages;
    expect(Object.keys(sent!).filter(k => k.startsWith('reasoning'))).toEqual(keys);
  });
});

describe('calls and results', () => {
  const history: Message[] = [
    { role: 'user', text: 'Go' },
    said({ reasoning: 'r', toolCalls: [call('x'), call('y', 'read')] }),
    result('y', 'second'),
    result('x', 'first'),
    said({ text: '\n', toolCalls: [call('z')] }),
    result('z'),
  ];

  it('are renumbered with one counter where the weights are served, results agreeing', () => {
    const sent = wire(history);
    const ids = sent.flatMap(m => ((m.tool_calls as { id: string }[]) ?? []).map(c => c.id));
    expect(ids).toEqual(['functions.bash:0', 'functions.read:1', 'functions.bash:2']);
    expect(sent.filter(m => m.role === 'tool').map(m => m.tool_call_id)).toEqual(ids);
  });
  it('keep the ids they came with at Moonshot', () => {
    const sent = wire(history, 'moonshot').filter(m => m.role === 'tool');
    expect(sent.map(m => m.tool_call_id)).toEqual(['x', 'y', 'z']);
  });
  it('stand side by side, in call order', () => {
    expect(wire(history).map(m => m.role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'tool',
    ]);
    expect(wire(history).map(m => m.content)).toEqual(['Go', undefined, 'first', 'second', undefined, 'ok']);
  });
  it('leave blank content out', () => {
    for (const message of wire(history))
      if (message.tool_calls) expect(message).not.toHaveProperty('content');
  });
  it('are made whole: a missing result is said to be missing, a stray or second one is left out', () => {
    const broken: Message[] = [
      result('nobody'),
      said({ toolCalls: [call('a'), call('b')] }),
      result('a'),
      result('a', 'again'),
    ];
    const { messages, repairs } = toWire(broken, dialect('vllm'));
    expect(messages.map(m => m.content)).toEqual([undefined, 'ok', expect.stringContaining('Do not assume')]);
    expect(repairs).toHaveLength(1);
    expect(toWire(history, dialect('vllm')).repairs).toEqual([]);
  });
  it('never carry broken JSON back', () => {
    const args = (written: string) => {
      const [sent] = wire([said({ toolCalls: [call('a', 'bash', written)] })]);
      return (sent!.tool_calls as { function: { arguments: string } }[])[0]?.function.arguments;
    };
    expect(args('{"a": 1}')).toBe('{"a": 1}');
    expect(args('{"a": "cut')).toBe('{}');
    expect(args('{"a":"x\ny"}')).toBe('{"a":"x\\u000ay"}');
  });
});

it('no half of a character goes out, wherever a text was cut', () => {
  const half = 'cut \ud83d';
  const history: Message[] = [
    { role: 'user', text: half },
    said({
      reasoning: half,
      text: half,
      toolCalls: [call('a', 'bash', JSON.stringify({ a: 1 }).replace('a', half))],
    }),
    result('a', half),
  ];
  expect(JSON.stringify(wire(history))).not.toMatch(/ud83d/);
  expect(wire(history)[0]).toEqual({ role: 'user', content: 'cut \ufffd' });
});

it('blank messages and thinking alone do not go out; an empty result does', () => {
  const sent = wire([
    { role: 'system', text: 'You are Kimi.' },
    { role: 'user', text: ' ' },
    said({ reasoning: 'only thoughts' }),
    said({ toolCalls: [call('a')] }),
    result('a', ''),
  ]);
  expect(sent.map(m => [m.role, m.content])).toEqual([
    ['system', 'You are Kimi.'],
    ['assistant', undefined],
    ['tool', '(empty)'],
  ]);
});
