/** A backend that gives back the key it was sent, in every way that it can. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ModelClient, ModelDelta } from '../../src/model/client.ts';
import { createModelClient } from '../../src/model/connect.ts';
import { keyRedactor, withoutKey } from '../../src/model/keyGuard.ts';
import { collect, failure, reply, request } from './collect.ts';
import { httpBackend, json } from './httpBackend.ts';

const KEY = 'sk-canary/0123+4567"89abcdef';

/** Every way in which a search looks for it. */
function forms(key: string): string[] {
  const bytes = Buffer.from(key);
  const encoded = [0, 1, 2].map(before =>
    Buffer.concat([Buffer.from('xyz').subarray(0, before), bytes, Buffer.from('tail')]),
  );
  return [
    key,
    JSON.stringify(key),
    encodeURIComponent(key),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...encoded.flatMap(one => [one.toString('base64'), one.toString('base64url')]),
  ];
}

describe('a text', () => {
  it.each(forms(KEY))('loses the key: %s', form => {
    const shown = keyRedactor(KEY)(`before ${form} after`);
    expect(shown).toMatch(/^before .*\*\*\*.* after$/);
    expect(shown).not.toContain('0123');
    // Of an encoded key not even the larger part is left.
    expect(shown.length).toBeLessThan(24 + 14);
  });
  it('keeps what merely looks like a stand-in for a key', () => {
    expect(keyRedactor('EMPTY')('an EMPTY list')).toBe('an EMPTY list');
    expect(keyRedactor(undefined)('text')).toBe('text');
  });
});

describe('a stream', () => {
  const client = (deltas: ModelDelta[]): ModelClient => ({
    info: async () => ({ id: 'k2', contextWindow: 1 }),
    async *stream() {
      yield* deltas;
    },
  });
  const end: ModelDelta = {
    type: 'reply',
    message: {
      role: 'assistant',
      text: `text ${KEY}`,
      reasoning: `why ${KEY}`,
      toolCalls: [{ id: KEY, name: KEY, arguments: JSON.stringify({ path: KEY }) }],
    },
    finish: 'stop',
    usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1 },
    timing: { firstTokenMs: 0, thinkingMs: 0, totalMs: 0 },
    repairs: [`mended ${KEY}`],
  };

  it('never shows the key, wherever it is cut, and loses nothing else', async () => {
    const text = `a ${KEY} b sk-can c ${KEY}${KEY}`;
    for (let size = 1; size <= 40; size++) {
      const parts: ModelDelta[] = [];
      for (let at = 0; at < text.length; at += size)
        parts.push({ type: 'text', text: text.slice(at, at + size) });
      const deltas = await collect(withoutKey(client([...parts, end]), KEY));
      const shown = deltas.map(delta => (delta.type === 'text' ? delta.text : '')).join('');
      expect(shown, `in pieces of ${size}`).toBe('a *** b sk-can c ******');
    }
  });

  it('ends in a reply without it', async () => {
    const deltas = await collect(withoutKey(client([end]), KEY));
    expect(JSON.stringify(deltas)).not.toMatch(/canary|0123/);
    expect(deltas.at(-1)).toMatchObject({
      message: { text: 'text ***', toolCalls: [{ arguments: '{"path":"***"}' }] },
    });
  });
});

describe('a backend', () => {
  it.each<[string, number, unknown]>([
    [
      'refuses the key and quotes it',
      401,
      { error: { message: `Incorrect API key provided: ${KEY}`, code: KEY } },
    ],
    ['forbids and quotes it', 403, { error: { message: `no access for ${KEY}` } }],
    [
      'rejects the request and quotes it',
      400,
      { error: { message: `bad ${encodeURIComponent(KEY)}`, type: KEY } },
    ],
    ['knows no such path and quotes it', 404, { detail: KEY }],
  ])('that %s gives an error without it', async (_, status, body) => {
    const server = await httpBackend({ chat: json(body, status) });
    const error = await failure(reply(createModelClient({ backend: server.backend(), apiKey: KEY })));
    expect(server.chats[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/canary|0123/);
  });

  it.each([301, 302, 303, 307, 308])(
    'that redirects to another origin with %i is not followed',
    async status => {
      const asked: (string | undefined)[] = [];
      const elsewhere = createServer((incoming, response) => {
        asked.push(incoming.headers.authorization);
        response.end('{}');
      });
      await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void elsewhere.close());
      const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/chat/completions`;
      const redirect = (response: import('node:http').ServerResponse) =>
        void response.writeHead(status, { location }).end();
      const server = await httpBackend({ chat: redirect, models: redirect });
      const client = createModelClient({ backend: server.backend(), apiKey: KEY });
      const error = await failure(collect(client, request()));
      expect(error.message).toContain('redirects are not followed');
      expect(asked).toEqual([]);
    },
  );
});
