import { describe, expect, it } from 'vitest';
import { Refused } from '../../src/extension/chat/refused.ts';
import { explain } from '../../src/extension/failure.ts';
import { createLog } from '../../src/extension/log.ts';
import { HostError } from '../../src/host/host.ts';
import { ModelError } from '../../src/model/client.ts';

describe('a failure is told in one message, with what helps', () => {
  it.each([
    [new ModelError('auth', 'The key was refused.'), 'Send: The key was refused.', ['setKey']],
    [new ModelError('network', 'It does not answer.'), 'Send: It does not answer.', ['selectBackend']],
    [new HostError('notFound', 'a.ts is not there'), 'Send: a.ts is not there', ['showLog']],
    [new Refused('Describe a task first.'), 'Describe a task first.', []],
    [new TypeError('x is undefined'), 'Send did not work: x is undefined', ['showLog']],
    ['thrown text', 'Send did not work: thrown text', ['showLog']],
  ])('%s', (error, text, remedies) => {
    expect(explain('Send', error)).toEqual({ text, remedies });
  });
});

it('the log says what kind of failure it was, and keeps paths and texts for the debug level', () => {
  const error: string[] = [];
  const debug: string[] = [];
  const log = createLog({
    info: () => {},
    error: text => error.push(String(text)),
    debug: text => debug.push(text),
    show: () => {},
  });
  log.failure('Open the file', new HostError('notFound', '/home/me/secret.ts is not there'));
  log.failure('Send', new ModelError('auth', 'The key sk-1 was refused', { status: 401 }));
  expect(error).toEqual(['Open the file: HostError notFound', 'Send: ModelError auth 401']);
  expect(debug.join()).toContain('secret.ts');
});
