import { describe, expect, it } from 'vitest';
import { chooseModel } from '../../src/model/modelChoice.ts';
import { withServedModel } from '../../src/model/servedModel.ts';
import { failure } from './collect.ts';
import { type Answer, answer, httpBackend, json } from './httpBackend.ts';

const listing = (...ids: string[]) => json({ data: ids.map(id => ({ id })) });
const ask = async (models: Answer, more: { model?: string; apiKey?: string } = {}) => {
  const server = await httpBackend({ chat: answer('x'), models });
  const backend = server.backend({ model: more.model ?? '' });
  const { signal } = new AbortController();
  const work = withServedModel({ backend, apiKey: more.apiKey, otherwise: 'kimi-k2-thinking', signal });
  return { server, work };
};

describe('a model that nobody named', () => {
  it.each([
    [['anything at all'], 'anything at all'],
    [['qwen3', 'moonshotai/Kimi-K2-Thinking'], 'moonshotai/Kimi-K2-Thinking'],
    [['kimi-k2-0905', 'kimi-k2-thinking-turbo', 'kimi-k2-thinking'], 'kimi-k2-thinking'],
    [['kimi-k2-0905', 'kimi-k2-thinking-turbo'], 'kimi-k2-thinking-turbo'],
    [['kimi-latest', 'kimi-k2.6'], 'kimi-k2.6'],
    [['kimi-latest', 'other'], 'kimi-latest'],
    [['llama', 'qwen'], undefined],
    [[], undefined],
  ])('of %j it is %s', (ids, model) => {
    expect(chooseModel(ids)).toBe(model);
  });
  it('is asked of the backend', async () => {
    const { work } = await ask(listing('my-weights'));
    expect((await work).model).toBe('my-weights');
  });
  it('is not asked when a person named one', async () => {
    const { server, work } = await ask(listing('my-weights'), { model: 'mine' });
    expect((await work).model).toBe('mine');
    expect(server.asked).toEqual([]);
  });
  it('is the usual one where the backend lists none', async () => {
    for (const models of [json({ detail: 'Not Found' }, 404), json({ data: [] })])
      expect((await (await ask(models)).work).model).toBe('kimi-k2-thinking');
  });
  it('has to be named where several are served', async () => {
    const error = await failure((await ask(listing('a', 'b', 'c', 'd', 'e', 'f'))).work);
    expect(error).toMatchObject({
      kind: 'unknownModel',
      message: expect.stringContaining('a, b, c, d, e and 1 more'),
    });
  });
  it('a refused key is told as such', async () => {
    const refused = json({ error: { message: 'Invalid key sk-1' } }, 401);
    const error = await failure((await ask(refused, { apiKey: 'sk-1' })).work);
    expect(error.kind).toBe('auth');
    expect(error.message).not.toContain('sk-1');
  });
});
