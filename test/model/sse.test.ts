import { describe, expect, it } from 'vitest';
import { createSseDecoder } from '../../src/model/sse.ts';

function decode(text: string, size: number) {
  const decoder = createSseDecoder();
  const events = [];
  for (let at = 0; at < text.length; at += size) events.push(...decoder.push(text.slice(at, at + size)));
  return [...events, ...decoder.end()];
}

describe('server-sent events', () => {
  const parts = [
    ': keep-alive',
    'data: {"a":1}',
    '',
    'event: error',
    'data:first',
    'data: second',
    'id: 7',
    '',
    '',
    'data: [DONE]',
    '',
    '',
  ];
  const expected = [
    { event: undefined, data: '{"a":1}' },
    { event: 'error', data: 'first\nsecond' },
    { event: undefined, data: '[DONE]' },
  ];

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads %s lines whatever the packets', (_, lineEnd) => {
    for (const size of [1, 2, 3, 7, 1000]) expect(decode(parts.join(lineEnd), size)).toEqual(expected);
  });

  it('gives the last event even without its blank line', () => {
    expect(decode('data: 1\n\ndata: 2', 100).map(e => e.data)).toEqual(['1', '2']);
  });

  it('keeps blanks of the data beyond the first', () => {
    expect(decode('data:  x \n\n', 100)[0]?.data).toBe(' x ');
  });
});
