import { expect, it } from 'vitest';
import { createBodyWriter } from '../../src/model/bodyBytes.ts';

const text = (bytes: Uint8Array) => new TextDecoder('utf8', { fatal: true }).decode(bytes);
const message = (content: string) => ({ role: 'user', content });

it('writes what JSON.stringify would, whatever the history became since the body before', () => {
  const writer = createBodyWriter();
  const all = ['a', 'grün', '💥\u2028"\\', '\ud800', 'x'.repeat(300_000), 'é'.repeat(500_000)].map(message);
  const histories = [
    [],
    all.slice(0, 2),
    all.slice(0, 4),
    all,
    [all[0], all[3]],
    [all[1], all[2]],
    [message('a'), all[1]],
    all,
    [],
  ];
  for (const [at, messages] of histories.entries()) {
    const body = { messages, model: 'k2', max_tokens: at };
    const { bytes, sent } = writer.write(body);
    expect(text(bytes)).toBe(JSON.stringify(body));
    sent();
  }
  expect(text(writer.write({ messages: all.slice(0, 1) }).bytes)).toBe(
    JSON.stringify({ messages: all.slice(0, 1) }),
  );
});

it('leaves a body alone that may still be read', () => {
  const writer = createBodyWriter();
  const first = writer.write({ messages: [message('one')], model: 'a' });
  const before = text(first.bytes);
  const second = writer.write({ messages: [message('two')], model: 'b' });
  expect(text(first.bytes)).toBe(before);
  first.sent();
  expect(text(second.bytes)).toContain('two');
});
