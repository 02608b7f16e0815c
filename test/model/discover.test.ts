import { describe, expect, it } from 'vitest';
import { discoverBackends, USUAL_PORTS } from '../../src/model/discover.ts';
import { PROFILES } from '../../src/model/profiles.ts';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';

type Pages = Record<string, unknown>;
type Machine = Record<number, { pages: Pages; server?: string }>;

/** A machine with servers on some of its ports; everything else refuses. */
function machine(servers: Machine) {
  const asked: { url: URL; headers: Headers }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    asked.push({ url, headers: new Headers(init?.headers) });
    const found = servers[Number(url.port)];
    if (!found) throw new TypeError('fetch failed');
    const page = found.pages[url.pathname];
    if (page === undefined) return new Response('Not Found', { status: 404 });
    const headers = found.server ? { server: found.server } : undefined;
    return typeof page === 'string' ? new Response(page, { headers }) : Response.json(page, { headers });
  };
  const discover = () => discoverBackends({ fetch, signal: new AbortController().signal });
  return { discover, asked };
}
const list = (...ids: string[]) => ({ object: 'list', data: ids.map(id => ({ id, object: 'model' })) });
const owned = (owned_by: string, ...ids: string[]) => ({ data: ids.map(id => ({ id, owned_by })) });

describe('servers on this machine', () => {
  it.each<[string, Machine, unknown]>([
    [
      'vllm',
      { 8000: { pages: { '/v1/models': owned('vllm', 'K2'), '/version': { version: '0.20.1' } } } },
      { baseUrl: 'http://127.0.0.1:8000/v1', model: 'K2', version: '0.20.1' },
    ],
    ['sglang', { 30000: { pages: { '/v1/models': owned('sglang', 'K2') } } }, { model: 'K2' }],
    ['ktransformers', { 10002: { pages: { '/v1/models': owned('sglang', 'K2') } } }, { model: 'K2' }],
    [
      'llamacpp',
      { 8080: { pages: { '/v1/models': list('K2.gguf') }, server: 'llama.cpp' } },
      { model: 'K2.gguf' },
    ],
    [
      'ollama',
      {
        11434: {
          pages: {
            '/v1/models': owned('library', 'qwen3', 'kimi-k2-thinking:cloud'),
            '/api/version': { version: '0.13.0' },
          },
        },
      },
      { model: 'kimi-k2-thinking:cloud', version: '0.13.0' },
    ],
    [
      'lmstudio',
      { 1234: { pages: { '/v1/models': owned('organization_owner', 'a', 'b') } } },
      { model: undefined, models: ['a', 'b'] },
    ],
  ])('names %s, and the model it serves', async (id, servers, expected) => {
    const [found, ...others] = await machine(servers).discover();
    expect(others).toEqual([]);
    expect(found).toMatchObject(expected as object);
    expect(found?.profile.id).toBe(id);
  });

  it('tells an engine on a port that is usually another one’s', async () => {
    const [found] = await machine({ 8080: { pages: { '/v1/models': owned('vllm', 'K2') } } }).discover();
    expect(found?.profile.id).toBe('vllm');
  });
  it('falls back on the port where the server says nothing', async () => {
    const [found] = await machine({ 30000: { pages: { '/v1/models': list('K2') } } }).discover();
    expect(found?.profile.id).toBe('sglang');
  });
  it('leaves out what is no model server', async () => {
    const web = { pages: { '/v1/models': '<html>hello</html>' } };
    const api = { pages: { '/v1/models': { models: 'none' } } };
    expect(await machine({ 8000: web, 8080: api, 1234: { pages: {} } }).discover()).toEqual([]);
  });
  it('asks this machine alone, without a key', async () => {
    const { discover, asked } = machine({});
    await discover();
    expect(asked.map(({ url }) => Number(url.port)).sort()).toEqual([...USUAL_PORTS].sort());
    expect(new Set(asked.map(({ url }) => url.hostname))).toEqual(new Set(['127.0.0.1']));
    expect(asked.some(({ headers }) => headers.has('authorization'))).toBe(false);
  });
  it('knows a port for every engine that people run themselves', () => {
    const local = PROFILES.filter(({ selfHosted, id }) => selfHosted && id !== 'standin');
    for (const { ports } of local) expect(USUAL_PORTS).toEqual(expect.arrayContaining([...ports]));
  });
  it('does not wait for a server that never answers', async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const { signal } = new AbortController();
    expect(await discoverBackends({ fetch: silent, signal, timeoutMs: 5 })).toEqual([]);
  });
  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('closed'));
    await expect(
      discoverBackends({ fetch: machine({}).discover as never, signal: stop.signal }),
    ).rejects.toThrow('closed');
  });
  it('finds a real one', async () => {
    const server = await serveStandin(createStandin(), 0);
    try {
      const port = Number(new URL(server.url).port);
      const [found] = await discoverBackends({
        ports: [port],
        signal: new AbortController().signal,
        timeoutMs: 10_000,
      });
      expect(found).toMatchObject({ baseUrl: server.url, model: 'moonshotai/Kimi-K2-Thinking' });
      expect(found?.profile.id).toBe('standin');
    } finally {
      await server.close();
    }
  });
});
