import { describe, expect, it } from 'vitest';
import { ModelError, type ModelErrorKind } from '../../src/model/client.ts';
import { answerError, errorIn, networkError, stalledError, streamError } from '../../src/model/errors.ts';
import { explain } from '../../src/model/explain.ts';
import type { Backend } from '../../src/protocol/events.ts';

const redact = (text: string) => text;
const place = { host: 'api.example.org', model: 'kimi-k2-thinking', redact };
const judge = (status: number, error: object | undefined, headers: Record<string, string> = {}, at = place) =>
  answerError({ status, error: errorIn(error), text: '', header: n => headers[n] ?? null }, at);
const said = (type: string, message = '') => ({ error: { type, message } });
const dateIn = (ms: number) => new Date(Date.now() + ms).toUTCString();

describe('an error answer', () => {
  it.each<[ModelErrorKind, number, object | undefined]>([
    ['auth', 401, said('invalid_authentication_error', 'Invalid Authentication')],
    ['auth', 403, said('permission_denied_error')],
    ['quota', 402, undefined],
    [
      'quota',
      429,
      said('exceeded_current_quota_error', 'Your account is suspended due to insufficient balance'),
    ],
    ['quota', 429, said('rate_limit_reached_error', 'request reached TPD rate limit, current: 1, limit: 1')],
    ['overloaded', 429, said('engine_overloaded_error', 'The engine is currently overloaded')],
    [
      'rateLimit',
      429,
      said('rate_limit_reached_error', 'request reached TPM rate limit, current:9, limit:9'),
    ],
    ['rateLimit', 429, undefined],
    ['overloaded', 503, said('server_unavailable')],
    ['overloaded', 529, undefined],
    ['overloaded', 500, said('engine_overloaded_error')],
    ['server', 500, said('unexpected_output')],
    ['server', 504, undefined],
    ['server', 408, undefined],
    ['server', 499, said('client_closed_request')],
    ['badRequest', 400, said('content_filter', 'high risk')],
    ['badRequest', 400, said('invalid_request_error', 'tool_call_id  is not found')],
    ['badRequest', 422, { detail: [{ msg: 'bad' }] }],
    ['badRequest', 404, { detail: 'Not Found' }],
    ['unknownModel', 404, said('resource_not_found_error', 'Not found')],
    [
      'unknownModel',
      404,
      { object: 'error', message: 'The model `k2` does not exist.', type: 'NotFoundError' },
    ],
    ['contextOverflow', 400, said('', 'Your request exceeded model token limit: 262144 (requested: 274613)')],
    ['contextOverflow', 400, said('', 'Input token length too long')],
    ['contextOverflow', 400, { message: "This model's maximum context length is 4096 tokens." }],
    ['contextOverflow', 400, said('exceed_context_size_error', 'too big')],
    ['contextOverflow', 400, { error: { code: 'context_length_exceeded', message: 'x' } }],
    ['contextOverflow', 400, said('', 'Range of input length should be [1, 229376]')],
    ['contextOverflow', 413, undefined],
  ])('is %s for %i %o', (kind, status, error) => {
    const got = judge(status, error);
    expect(got).toMatchObject({ kind, status });
    expect(got.message).toMatch(/^[^!]+$/);
  });

  it('names retired models, since when, and what there is instead', () => {
    const at = { host: 'api.moonshot.ai', model: 'kimi-k2-thinking', redact };
    const got = judge(404, said('resource_not_found_error', 'Not found the model'), {}, at);
    expect(got.kind).toBe('unknownModel');
    expect(got.message).toContain('retired 2026-05-25');
    expect(got.message).toMatch(/kimi-k2\.6.*OpenRouter/);
    const old = judge(404, said('resource_not_found_error'), {}, { ...at, model: 'kimi-k2.5' });
    expect(old.message).toContain('2026-08-31');
    expect(judge(404, said('resource_not_found_error')).message).toBe(
      'api.example.org has no model named kimi-k2-thinking.',
    );
  });

  it.each([
    [{ 'retry-after': '7' }, '', 7_000],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, '', 250],
    [{ 'retry-after': dateIn(60_000) }, '', 60_000],
    // A clock that is an hour ahead of the host's, and one that is behind.
    [{ 'retry-after': dateIn(-3_540_000), date: dateIn(-3_600_000) }, '', 60_000],
    [{ 'retry-after': dateIn(3_660_000), date: dateIn(3_600_000) }, '', 60_000],
    [{ 'retry-after': dateIn(-60_000) }, '', undefined],
    [{ 'retry-after': '0' }, '', undefined],
    [{ 'retry-after': '0' }, 'please try again after 3 seconds', 3_000],
    [{}, 'please try again after 3 seconds', 3_000],
    [{}, 'try later', undefined],
  ])('tells how long to wait: %o %s', (headers, message, expected) => {
    const got = judge(429, said('rate_limit_reached_error', message), headers).retryAfterMs;
    if (expected === undefined) expect(got).toBeUndefined();
    else expect(Math.abs(got! - expected)).toBeLessThan(2_000);
  });

  it('shows no page of a gateway, but its trace', () => {
    const html = { status: 502, error: undefined, text: '<!DOCTYPE html><p>x', header: () => 'trace-1' };
    expect(answerError(html, place).message).toBe('api.example.org failed with 502 (request trace-1).');
  });

  it('names the fields that a server could not read', () => {
    const detail = [
      { loc: ['body', 'tools', 0], msg: 'Field required' },
      { loc: ['body', 'n'], msg: 'Too large' },
    ];
    expect(judge(422, { detail }).message).toBe(
      'api.example.org rejected the request with 422: body.tools.0: Field required; body.n: Too large.',
    );
    expect(judge(400, { detail: [] }).message).toBe('api.example.org rejected the request with 400.');
  });

  it('tells a server that still loads its model from a busy one', () => {
    const loading = { code: 503, message: 'Loading model', type: 'unavailable_error' };
    expect(judge(503, loading)).toMatchObject({
      kind: 'overloaded',
      message: 'api.example.org is not ready: Loading model.',
    });
    expect(judge(503, said('server_unavailable', 'Server overloaded')).message).toMatch(/is overloaded\.$/);
  });

  it('is cut to a line of readable length', () => {
    expect(judge(400, said('', 'long\n'.repeat(500))).message.length).toBeLessThan(400);
  });

  it.each([
    [
      { error: { type: 'exceed_context_size_error', message: 'too big', n_prompt_tokens: 9, n_ctx: 4096 } },
      4096,
      9,
    ],
    [
      {
        message:
          'maximum context length is 37000 tokens. However, you requested 42768 tokens (10000 in the messages, 32768 in the completion).',
      },
      37_000,
      10_000,
    ],
    [
      {
        message:
          "This model's maximum context length is 37000 tokens and your request has 10000 input tokens",
      },
      37_000,
      10_000,
    ],
    [
      { message: 'exceeds the maximum context length of 37000 tokens: 10000 tokens from the input messages' },
      37_000,
      10_000,
    ],
    [{ message: 'Your request exceeded model token limit: 262144 (requested: 274613)' }, 262_144, undefined],
    [{ message: 'Input token length too long' }, undefined, undefined],
  ])('tells window and prompt where the backend does: %o', (error, window, prompt) => {
    expect(judge(400, error)).toMatchObject({ kind: 'contextOverflow', window, prompt });
  });

  it('in a stream is judged by its own code', () => {
    expect(streamError({ code: 429, message: 'slow down' }, place).kind).toBe('rateLimit');
    expect(streamError({ code: 'x', message: 'boom' }, place).kind).toBe('server');
  });
});

describe('no answer', () => {
  it.each([
    ['ECONNREFUSED', 'The backend at api.example.org does not answer.'],
    ['ENOTFOUND', 'There is no host named api.example.org.'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'The certificate of api.example.org is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).',
    ],
    ['ECONNRESET', 'The connection to api.example.org broke.'],
    [undefined, 'The connection to api.example.org broke.'],
  ])('%s is said in words', (code, message) => {
    expect(networkError(code, place)).toMatchObject({ kind: 'network', message });
  });
});

describe('explained to people', () => {
  const local: Backend = {
    baseUrl: 'http://127.0.0.1:8000/v1',
    model: 'k2',
    profile: 'vllm',
    standIn: false,
  };
  const remote = { ...local, baseUrl: 'https://api.example.org/v1' };
  const refused = (host: string) => networkError('ECONNREFUSED', { host, model: 'k2', redact });

  it('a backend that is not running', () => {
    expect(explain(refused('127.0.0.1:8000'), local)).toEqual({
      kind: 'network',
      message: 'The backend at 127.0.0.1:8000 does not answer.',
      hint: 'Start it, or choose another.',
      action: 'selectBackend',
    });
    expect(explain(refused('api.example.org'), remote).hint).toContain('Check the address');
    expect(explain(networkError('ECONNRESET', place), remote).action).toBe('retry');
  });

  it.each([
    [30, 'Wait a little, then continue.'],
    [1_200, 'It asks to wait 20 minutes. Continue then, or choose another backend.'],
    [7_200, 'It asks to wait 2 hours. Continue then, or choose another backend.'],
  ])('a wait of %i s is named when nobody sits through it', (seconds, hint) => {
    expect(explain(judge(429, undefined, { 'retry-after': String(seconds) }), remote).hint).toBe(hint);
  });

  it.each([
    [judge(401, undefined), 'setKey'],
    [judge(403, undefined), 'selectBackend'],
    [judge(404, { detail: 'Not Found' }), 'selectBackend'],
    [judge(307, undefined, { location: 'https://b.example.org/x' }), 'selectBackend'],
    [judge(400, undefined), 'showLog'],
    [judge(402, undefined), 'selectBackend'],
    [judge(429, undefined), 'retry'],
    [judge(503, undefined), 'retry'],
    [judge(500, undefined), 'retry'],
    [judge(413, undefined), 'newSession'],
    [judge(404, said('', 'no such model')), 'selectBackend'],
    [stalledError(120_000, place), 'retry'],
    [new ModelError('empty', 'The model thought, but gave no answer.'), 'retry'],
  ])('%o has a sentence of what to do and the button for it', (error, action) => {
    const failure = explain(error, remote);
    expect(failure.action).toBe(action);
    for (const sentence of [failure.message, failure.hint]) expect(sentence).toMatch(/^[^!]{10,}\.$/);
  });
});
