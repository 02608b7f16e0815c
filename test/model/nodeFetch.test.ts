import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrotliCompress, createDeflate, createGzip, gzipSync } from 'node:zlib';
import { expect, it, onTestFinished, vi } from 'vitest';
import { nodeFetch } from '../../src/model/nodeFetch.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
async function serve(answer: Answer) {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  let connections = 0;
  server.on('connection', () => connections++);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, connections: () => connections, server };
}

async function textOf(request: IncomingMessage) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

it('sends bytes with their length, and gives status, headers and body', async () => {
  const { url } = await serve(async (request, response) => {
    const { 'content-length': length, 'accept-encoding': encoding, 'x-own': own } = request.headers;
    response.writeHead(418, { 'x-answer': ['a', 'b'] });
    response.end(JSON.stringify({ length, encoding, own, text: await textOf(request) }));
  });
  const body = new TextEncoder().encode('grün');
  const response = await nodeFetch(url, { method: 'POST', body, headers: { 'x-own': 'yes' } });
  expect(response.status).toBe(418);
  expect(response.headers.get('x-answer')).toBe('a, b');
  expect(await response.json()).toEqual({ length: '5', own: 'yes', text: 'grün' });
});

it.each([
  ['gzip', createGzip],
  ['br', createBrotliCompress],
  ['deflate', createDeflate],
] as const)('reads what a proxy on the way has compressed, as it comes: %s', async (encoding, make) => {
  let goOn = () => {};
  const { url } = await serve(async (_, response) => {
    response.writeHead(200, { 'content-encoding': encoding });
    const packed = make();
    packed.pipe(response);
    packed.write('first');
    packed.flush();
    await new Promise<void>(resolve => (goOn = resolve));
    packed.end(' last');
  });
  const reader = (await nodeFetch(url)).body!.getReader();
  const text = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toBe('first');
  goOn();
  expect(await text()).toBe(' last');
  expect((await reader.read()).done).toBe(true);
});

it('tells of compressed bytes that break off, or are none', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    if (request.url === '/none') return void response.end('this is no gzip');
    response.write(gzipSync('x'.repeat(1000)).subarray(0, 20), () => request.socket.destroy());
  });
  await expect((await nodeFetch(`${url}none`)).text()).rejects.toThrow('incorrect header check');
  await expect((await nodeFetch(url)).text()).rejects.toMatchObject({ code: expect.any(String) });
});

it('follows no redirect', async () => {
  const { url } = await serve((_, response) => response.writeHead(307, { location: '/elsewhere' }).end());
  const response = await nodeFetch(url);
  expect([response.status, response.headers.get('location')]).toEqual([307, '/elsewhere']);
});

it('uses a connection again, and opens a new one where the other side has closed it meanwhile', async () => {
  let hangUp = false;
  const { url, connections } = await serve((request, response) => {
    if (hangUp) {
      hangUp = false;
      request.socket.destroy();
    } else response.end('ok');
  });
  for (let at = 0; at < 3; at++) expect(await (await nodeFetch(url)).text()).toBe('ok');
  expect(connections()).toBe(1);
  hangUp = true;
  expect(await (await nodeFetch(url, { method: 'POST', body: 'x' })).text()).toBe('ok');
  expect(connections()).toBe(2);
});

it('rejects with the code of the system', async () => {
  const { url, server } = await serve(() => {});
  server.close();
  await expect(nodeFetch(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('breaks off at once with the reason of the signal, before the answer and within it', async () => {
  for (const begun of [false, true]) {
    const stop = new AbortController();
    const reason = new Error('enough');
    const gone = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      request.socket.once('close', () => gone.resolve());
      if (begun) response.write('part');
      else stop.abort(reason);
    });
    const work = (async () => {
      const response = await nodeFetch(url, { signal: stop.signal });
      const reader = response.body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('part');
      stop.abort(reason);
      return await reader.read();
    })();
    await expect(work).rejects.toBe(reason);
    await gone.promise;
  }
});

it('closes the connection when nobody reads on', async () => {
  let gone: () => void = () => {};
  const closed = new Promise<void>(resolve => (gone = resolve));
  const { url } = await serve((request, response) => {
    request.socket.once('close', gone);
    response.write('part');
  });
  const response = await nodeFetch(url);
  await response.body!.cancel();
  await closed;
});

it('tells a body that broke off from one that ended', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part', () => request.socket.destroy());
  });
  const response = await nodeFetch(url);
  await expect(response.text()).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('reads no faster than it is read', async () => {
  const size = 50_000_000;
  let sent = 0;
  const { url } = await serve(async (_, response) => {
    const part = Buffer.alloc(1_000_000);
    for (; sent < size; sent += part.length)
      if (!response.write(part)) await new Promise(resolve => response.once('drain', resolve));
    response.end();
  });
  const response = await nodeFetch(url);
  const reader = response.body!.getReader();
  await reader.read();
  for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
  expect(sent).toBeLessThan(size / 2);
  let got = 0;
  reader.releaseLock();
  for await (const bytes of response.body!) got += bytes.length;
  expect(got).toBeGreaterThan(size - 1_000_000);
});

it('goes through the proxy of the environment where Node is told to use it', async () => {
  const proxy = await serve((request, response) => response.end(`asked for ${request.url}`));
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', '');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });
  vi.resetModules();
  const fresh = await import('../../src/model/nodeFetch.ts');
  const response = await fresh.nodeFetch('http://backend.invalid/v1/models');
  expect(await response.text()).toBe('asked for http://backend.invalid/v1/models');
});
