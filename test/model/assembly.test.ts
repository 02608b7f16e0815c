import { describe, expect, it } from 'vitest';
import { createAssembly } from '../../src/model/assembly.ts';
import { BudgetSpent } from '../../src/model/budgetSpent.ts';
import { readChunk } from '../../src/model/chunk.ts';
import { ModelError } from '../../src/model/client.ts';
import { chunk } from './httpBackend.ts';

interface Options {
  done?: boolean;
  used?: Set<string>;
}
function assemble(payloads: unknown[], { done = true, used = new Set() }: Options = {}) {
  const assembly = createAssembly();
  const deltas = payloads.flatMap(p => assembly.push(readChunk(p)));
  const shown = (type: string) =>
    deltas.flatMap(d => (d.type === type && 'text' in d ? d.text : [])).join('');
  return { ...assembly.end(done, used), deltas, shown };
}
function refused(payloads: unknown[], options?: Options): ModelError {
  try {
    assemble(payloads, options);
  } catch (error) {
    if (error instanceof ModelError) return error;
  }
  throw new Error('expected a ModelError');
}
const call = (fields: object, made: object = {}) => chunk({ tool_calls: [{ ...fields, function: made }] });
const stop = (reason = 'stop') => chunk({}, { finish_reason: reason });
const callsOf = (payloads: unknown[], options?: Options) =>
  assemble(payloads, options).message.toolCalls.map(c => `${c.name} ${c.arguments}`);

describe('reasoning', () => {
  it.each([
    ['reasoning_content', chunk({ reasoning_content: 'think' })],
    ['reasoning', chunk({ reasoning: 'think' })],
    ['reasoning', chunk({ reasoning_content: '', reasoning: 'think' })],
    ['reasoning_content', chunk({ reasoning_content: 'think', reasoning: 'think' })],
    ['reasoning_details', chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'think' }] })],
  ])('is read from %s', (key, payload) => {
    const got = assemble([payload, chunk({ content: 'Hi' }), stop()]);
    expect(got.message).toMatchObject({ reasoning: 'think', text: 'Hi' });
    expect(got.reasoningKey).toBe(key);
    expect(got.shown('reasoning')).toBe('think');
  });

  it('keeps an empty one apart from none', () => {
    const empty = assemble([chunk({ reasoning_content: '' }), chunk({ content: 'Hi' }), stop()]);
    expect(empty.message.reasoning).toBe('');
    expect(assemble([chunk({ reasoning_content: null, content: 'Hi' }), stop()]).message).not.toHaveProperty(
      'reasoning',
    );
  });

  it('joins the pieces of reasoning details and leaves the rest of them alone', () => {
    const piece = (text: string, more = {}) =>
      chunk({ reasoning_details: [{ type: 'reasoning.text', text, index: 0, format: 'x', ...more }] });
    const signed = { type: 'reasoning.encrypted', data: 'zz', index: 1 };
    const got = assemble([
      piece('a'),
      piece('b', { signature: 's' }),
      chunk({ reasoning_details: [signed], content: 'Hi' }),
      stop(),
    ]);
    expect(got.message.reasoningDetails).toEqual([
      { type: 'reasoning.text', text: 'ab', index: 0, format: 'x', signature: 's' },
      signed,
    ]);
  });

  it('is split off when it stands inline, wherever the chunks end', () => {
    const whole = '<think>Is 1 < 2? <b>Yes</b>.</think>\n\nYes <think> is a tag.';
    for (const size of [1, 3, 8, 100]) {
      const pieces = whole.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
      const got = assemble([...pieces.map(content => chunk({ content })), stop()]);
      expect(got.message).toMatchObject({
        reasoning: 'Is 1 < 2? <b>Yes</b>.',
        text: 'Yes <think> is a tag.',
      });
      expect(got.shown('reasoning')).toBe(got.message.reasoning);
      expect(got.shown('text')).toBe(got.message.text);
    }
  });

  it('is recognised by a closing tag alone', () => {
    const got = assemble([chunk({ content: 'Hmm.' }), chunk({ content: '</think>Done.' }), stop()]);
    expect(got.message).toMatchObject({ reasoning: 'Hmm.', text: 'Done.' });
  });

  it('leaves tags in the answer alone when it came in its own field', () => {
    const text = 'Write <think> and </think> around it.';
    const got = assemble([chunk({ reasoning: 'r' }), chunk({ content: `</think>${text}` }), stop()]);
    expect(got.message.text).toBe(text);
  });
});

describe('structured calls', () => {
  it('assemble by index, interleaved and with the name after the arguments', () => {
    expect(
      callsOf([
        call({ index: 0, id: 'a' }, { arguments: '{"x"' }),
        call({ index: 1, id: 'b' }, { name: 'read', arguments: '{"y"' }),
        call({ index: 0 }, { arguments: ':1}' }),
        call({ index: 1 }, { arguments: ':2}' }),
        call({ index: 0 }, { name: 'bash' }),
        stop('tool_calls'),
      ]),
    ).toEqual(['bash {"x":1}', 'read {"y":2}']);
  });

  it('assemble without an index', () => {
    expect(
      callsOf([
        call({ id: 'a' }, { name: 'bash', arguments: '{"x":' }),
        call({}, { arguments: '1}' }),
        call({ id: 'b' }, { name: 'bash' }),
        call({ id: 'b' }, { arguments: '{"x":2}' }),
        call({}, { name: 'read', arguments: '{}' }),
        stop(),
      ]),
    ).toEqual(['bash {"x":1}', 'bash {"x":2}', 'read {}']);
  });

  it('part when all claim index 0, and do not part when a fragment repeats id and name', () => {
    expect(
      callsOf([
        call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{"x":1}' }),
        call({ index: 0, id: 'b' }, { name: 'bash', arguments: '{"x":' }),
        call({ index: 0, id: 'b' }, { name: 'bash', arguments: '2}' }),
        call({ index: 0, id: 'b' }, { name: 'bash', arguments: '' }),
        stop(),
      ]),
    ).toEqual(['bash {"x":1}', 'bash {"x":2}']);
  });

  it('are taken once when the backend sends one again whole', () => {
    const whole = call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{"x":1}' });
    expect(callsOf([whole, whole, stop()])).toEqual(['bash {"x":1}']);
  });

  it('survive one character at a time and nine kilobytes at once', () => {
    const text = JSON.stringify({ text: 'é"\\\n'.repeat(2000) });
    for (const pieces of [[...text], [text]])
      expect(
        callsOf([
          call({ index: 0, id: 'a' }, { name: 'bash' }),
          ...pieces.map(p => call({ index: 0 }, { arguments: p })),
          stop(),
        ]),
      ).toEqual([`bash ${text}`]);
  });

  it('take arguments given as an object, and none as {}', () => {
    expect(callsOf([call({ index: 0 }, { name: 'bash', arguments: { a: 1 } }), stop()])).toEqual([
      'bash {"a":1}',
    ]);
    expect(callsOf([call({ index: 0, id: 'a' }, { name: 'bash' }), stop()])).toEqual(['bash {}']);
  });

  it('get ids that the session has not seen', () => {
    const used = new Set(['Read:0']);
    const two = [
      call({ index: 0, id: 'Read:0' }, { name: 'read', arguments: '{"a":1}' }),
      call({ index: 1 }, { name: 'read', arguments: '{"a":2}' }),
      call({ index: 2, id: 'Read:0' }, { name: 'read', arguments: '{"a":3}' }),
      stop(),
    ];
    const ids = assemble(two, { used }).message.toolCalls.map(c => c.id);
    expect(ids[0]).toBe('Read:0__2');
    expect(new Set([...ids, 'Read:0']).size).toBe(4);
    for (const id of ids) expect(used).toContain(id);
  });

  it('find their name in the id, and lose prefix, counter and line ends', () => {
    expect(
      callsOf([
        call({ index: 0, id: 'functions.bash:3' }, { arguments: '{}' }),
        call({ index: 1, id: 'b' }, { name: 'functions.read:4\n', arguments: '{}' }),
        stop(),
      ]),
    ).toEqual(['bash {}', 'read {}']);
  });

  it('are shown as they grow', () => {
    const { deltas } = assemble([
      call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{"a":' }),
      call({ index: 0 }, { arguments: '1}' }),
      stop(),
    ]);
    expect(deltas).toEqual([
      { type: 'call', index: 0, name: 'bash', bytes: 5 },
      { type: 'call', index: 0, name: 'bash', bytes: 7 },
    ]);
  });
});

describe('arguments', () => {
  const mended = (written: string) =>
    callsOf([call({ index: 0, id: 'a' }, { name: 'bash', arguments: written }), stop()])[0]?.slice(5);
  it.each([
    ['raw line ends', '{"m":"a\nb\tc"}', '{"m":"a\\u000ab\\u0009c"}'],
    ['double encoding', '"{\\"m\\":1}"', '{"m":1}'],
    ['a leaked end marker', '{"m":1}<|tool_call_end|>', '{"m":1}'],
  ])('are mended exactly: %s', (_, written, expected) => expect(mended(written)).toBe(expected));

  it.each(['{"m":"cut', '{"m":1', '{"m":"\\u12"}', '[1]', '"text"'])(
    'are left for the agent to refuse when only a guess could help: %s',
    written => expect(mended(written)).toBe(written),
  );
});

describe('leaked control tokens', () => {
  const section =
    '<|tool_calls_section_begin|><|tool_call_begin|> functions.bash:0 <|tool_call_argument_begin|>{"c":"<think>"}<|tool_call_end|>\n<|tool_call_begin|>read:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>';

  it.each([
    ['reasoning_content', 'reasoning'],
    ['content', 'text'],
  ] as const)('in %s become calls and are never shown, wherever the chunks end', (field, channel) => {
    for (const size of [1, 5, 13, 40, 1000]) {
      const pieces = `I will look. ${section}`.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
      const got = assemble([...pieces.map(p => chunk({ [field]: p })), stop()]);
      expect(got.message.toolCalls.map(c => `${c.name} ${c.arguments}`)).toEqual([
        'bash {"c":"<think>"}',
        'read {}',
      ]);
      expect(got.shown(channel)).toBe('I will look. ');
      expect(JSON.stringify(got.message.reasoning ?? '') + got.message.text).not.toContain('<|');
      expect(got.repairs).toEqual(['Read 2 tool calls from control tokens in the text.']);
      expect(got.finish).toBe('toolCalls');
    }
  });

  it('go on from reasoning into content', () => {
    const at = section.indexOf('functions');
    expect(
      callsOf([
        chunk({ reasoning: `Hm.${section.slice(0, at)}` }),
        chunk({ content: section.slice(at) }),
        stop(),
      ]),
    ).toHaveLength(2);
  });

  it('count once when the backend parsed them as well', () => {
    const leaked = '<|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"x":1}<|tool_call_end|>';
    expect(
      callsOf([
        chunk({ reasoning: leaked }),
        call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{"x":1}' }),
        stop(),
      ]),
    ).toEqual(['bash {"x":1}']);
  });

  it('are forgiven a missing argument marker, a missing end and a call without arguments', () => {
    const call1 = '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0{"x":1}<|tool_call_end|>';
    expect(callsOf([chunk({ content: call1 }), stop()])).toEqual(['bash {"x":1}']);
    expect(callsOf([chunk({ content: call1.replace('<|tool_call_end|>', '<|im_end|>') }), stop()])).toEqual([
      'bash {"x":1}',
    ]);
    const bare = '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_end|>';
    expect(callsOf([chunk({ content: bare }), stop()])).toEqual(['bash {}']);
  });

  it('cut off at the end are not shown either; an operator is', () => {
    expect(assemble([chunk({ content: 'Done.<|tool_call' }), stop()]).message.text).toBe('Done.');
    expect(assemble([chunk({ content: 'f <| x <|' }), stop()]).message.text).toBe('f <| x <|');
  });

  it('keep the text of an answer that only speaks of them', () => {
    const got = assemble([
      chunk({ content: 'A call starts with <|tool_call_begin|> and then its id.' }),
      stop(),
    ]);
    expect(got.message.text).toBe('A call starts with  and then its id.');
    const section =
      '<|tool_calls_section_begin|> opens a section, then <|tool_call_begin|> comes for each call.';
    expect(assemble([chunk({ content: section }), stop()]).message.text).toContain('comes for each call');
    const long = `Use <|tool_call_begin|> ${'words '.repeat(80)}`;
    expect(assemble([chunk({ content: long }), stop()]).message.text).toContain('words words');
  });

  it('of a call that is cut off make the reply void, not a finished answer', () => {
    const cut =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"x';
    expect(refused([chunk({ content: `Looking.${cut}` }), stop()])).toMatchObject({ kind: 'empty' });
    expect(refused([chunk({ content: cut }), stop('length')])).toBeInstanceOf(BudgetSpent);
    const noArguments = '<|tool_calls_section_begin|><|tool_call_begin|>functions.ba';
    expect(refused([chunk({ content: noArguments }), stop()])).toMatchObject({ kind: 'empty' });
  });
});

describe('the end', () => {
  const text = chunk({ content: 'Hi' });
  it('counts by [DONE] or by a finish reason; else the stream was cut', () => {
    expect(assemble([text, stop()], { done: false }).finish).toBe('stop');
    const noReason = assemble([text]);
    expect(noReason.finish).toBe('other');
    expect(noReason.repairs).toHaveLength(1);
    const half = call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{}' });
    expect(refused([text, half], { done: false })).toMatchObject({ kind: 'network' });
  });

  it.each([
    ['nothing at all', [stop()], /was empty/],
    ['thinking alone', [chunk({ reasoning: 'r' }), stop()], /thought, but/],
    ['inline thinking alone', [chunk({ content: '<think>r' }), stop()], /thought, but/],
    ['blank text', [chunk({ content: ' \n' }), stop()], /was empty/],
    ['promised calls that did not come', [text, stop('tool_calls')], /did not arrive/],
    [
      'a call without a name',
      [call({ index: 0 }, { arguments: '{}' }), stop('tool_calls')],
      /did not arrive/,
    ],
  ])('is no answer: %s', (_, payloads, words) => {
    const error = refused(payloads);
    expect(error).toMatchObject({ kind: 'empty', message: expect.stringMatching(words) });
    expect(error).not.toBeInstanceOf(BudgetSpent);
  });

  it('inside thinking for want of budget is told apart', () => {
    expect(refused([chunk({ reasoning: 'r' }), stop('length')])).toBeInstanceOf(BudgetSpent);
  });

  it('by the content filter is not tried again', () => {
    expect(refused([stop('content_filter')]).kind).toBe('badRequest');
    expect(assemble([text, stop('content_filter')]).finish).toBe('other');
  });

  it('takes calls whatever the reason says, and tells a budget that ran out in the last one', () => {
    const whole = call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{}' });
    expect(assemble([whole, stop('stop')]).finish).toBe('toolCalls');
    expect(assemble([whole, stop('length')]).finish).toBe('toolCalls');
    const cut = call({ index: 0, id: 'a' }, { name: 'bash', arguments: '{"a' });
    expect(assemble([cut, stop('length')]).finish).toBe('length');
    expect(assemble([text, stop('length')]).finish).toBe('length');
  });
});

describe('usage', () => {
  const used = { prompt_tokens: 9, completion_tokens: 2 };
  const got = (...payloads: unknown[]) => assemble([chunk({ content: 'Hi' }), ...payloads]).usage;
  const expected = { promptTokens: 9, cachedTokens: 0, completionTokens: 2 };
  it('is read in the choice, at the top, and beside no choices; the last wins', () => {
    expect(got(chunk({}, { finish_reason: 'stop', usage: used }))).toEqual(expected);
    expect(got(chunk({}, { finish_reason: 'stop' }, { usage: used }))).toEqual(expected);
    expect(got(stop(), { choices: [], usage: used })).toEqual(expected);
    const other = { ...used, completion_tokens: 3 };
    expect(got(chunk({}, { usage: used }), { choices: [], usage: other })?.completionTokens).toBe(3);
  });
  it('has cached tokens from both places, never more than the prompt', () => {
    expect(got({ choices: [], usage: { ...used, cached_tokens: 8 } })?.cachedTokens).toBe(8);
    const details = { prompt_tokens_details: { cached_tokens: 20 } };
    expect(got({ choices: [], usage: { ...used, ...details } })?.cachedTokens).toBe(9);
  });
  it('has the reasoning part where it is told', () => {
    const details = { completion_tokens_details: { reasoning_tokens: 1 } };
    expect(got({ choices: [], usage: { ...used, ...details } })?.reasoningTokens).toBe(1);
  });
  it('is absent when null or zero', () => {
    expect(got({ choices: [], usage: null }, stop())).toBeUndefined();
    expect(got({ choices: [], usage: { prompt_tokens: 0 } }, stop())).toBeUndefined();
  });
});

describe('payloads of other shapes', () => {
  it('may be whole messages or lists of text parts', () => {
    const whole = { choices: [{ message: { role: 'assistant', reasoning: 'r', content: 'Hi' } }] };
    expect(assemble([whole]).message).toMatchObject({ reasoning: 'r', text: 'Hi' });
    const parts = chunk({
      content: [
        { type: 'text', text: 'H' },
        { type: 'text', text: 'i' },
      ],
    });
    expect(assemble([parts, stop()]).message.text).toBe('Hi');
  });
  it('that mean nothing change nothing', () => {
    const noise = [null, 7, [], {}, { choices: [null] }, chunk({ content: [], tool_calls: [null, 3] })];
    expect(assemble([...noise, chunk({ content: 'Hi' }), stop()]).message.text).toBe('Hi');
  });
});
