import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, type Scenario } from '../../src/standin/script.ts';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin, type Standin, type StandinOptions } from '../../src/standin/standin.ts';
import { until } from '../until.ts';
import { post, readStream } from './client.ts';

const long: Scenario = {
  name: 'test',
  about: '',
  matches: () => true,
  next: () => answer('A long thought. '.repeat(2_000), 'Done.'),
};
const standinWith = (more: StandinOptions = {}) =>
  createStandin({ tokensPerSecond: 0, record: true, scenario: long, ...more });
const body = (standin: Standin) => ({
  model: standin.model,
  messages: [{ role: 'user', content: 'Go.' }],
  stream: true,
});
async function serve(standin: Standin) {
  const server = await serveStandin(standin, 0);
  onTestFinished(() => server.close());
  return server;
}
async function ended(standin: Standin) {
  await until(() => standin.requests[0]!.outcome !== 'pending');
  return standin.requests[0]!.outcome;
}

describe('cancelling in process', () => {
  it('ends the stream with the reason of the signal', async () => {
    const standin = standinWith({ tokensPerSecond: 100 });
    const abort = new AbortController();
    const response = await post(standin, body(standin), abort.signal);
    const reader = response.body!.getReader();
    await reader.read();
    const next = reader.read();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(standin.requests[0]!.outcome).toBe('cancelled');
  });

  it('ends it also when nobody reads, and before it begins', async () => {
    const standin = standinWith({ faults: [{ request: 2, kind: 'silence', ms: 60_000 }] });
    const abort = new AbortController();
    await post(standin, body(standin), abort.signal);
    abort.abort();
    expect(standin.requests[0]!.outcome).toBe('cancelled');
    await expect(post(standin, body(standin), abort.signal)).rejects.toThrow('aborted');
    const second = new AbortController();
    const waiting = post(standin, body(standin), second.signal);
    second.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('notices a reader that leaves', async () => {
    const standin = standinWith();
    const response = await post(standin, body(standin));
    await response.body!.cancel();
    expect(standin.requests[0]!.outcome).toBe('cancelled');
  });
});

describe('behind a port', () => {
  it('answers a real client with the same stream', async () => {
    const standin = standinWith();
    const { url } = await serve(standin);
    const models = await (await fetch(`${url}/models`)).json();
    expect(models).toMatchObject({ data: [{ id: standin.model }] });
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body(standin)),
    });
    const { message, done } = await readStream(response);
    expect(message.content).toBe('Done.');
    expect(message.reasoning).toBe('A long thought. '.repeat(2_000));
    expect(done).toBe(true);
  });

  it('passes errors on', async () => {
    const standin = standinWith({ apiKey: 'right' });
    const { url } = await serve(standin);
    expect((await fetch(`${url}/models`)).status).toBe(401);
    expect((await fetch(`${url}/models`, { headers: { authorization: 'Bearer right' } })).status).toBe(200);
  });

  it('takes a client that hangs up as a cancel', async () => {
    const standin = standinWith({ tokensPerSecond: 100 });
    const { url } = await serve(standin);
    await new Promise<void>((resolve, reject) => {
      const client = request(`${url}/chat/completions`, { method: 'POST' }, response => {
        response.once('data', () => {
          client.destroy();
          resolve();
        });
      });
      client.on('error', reject);
      client.end(JSON.stringify(body(standin)));
    });
    expect(await ended(standin)).toBe('cancelled');
  });

  it('breaks the connection where the stand-in breaks it', async () => {
    const standin = standinWith({ faults: [{ request: 1, kind: 'disconnect', afterChunks: 5 }] });
    const { url } = await serve(standin);
    const sent = JSON.stringify(body(standin));
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', body: sent });
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('close ends what still runs', async () => {
    const standin = standinWith({ tokensPerSecond: 1 });
    const { url, close } = await serve(standin);
    const sent = JSON.stringify(body(standin));
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', body: sent });
    await close();
    await expect(response.text()).rejects.toThrow('terminated');
    expect(await ended(standin)).toBe('cancelled');
  });
});
