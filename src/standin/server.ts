/** The stand-in behind a port of this machine, for clients in another process. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Standin } from './standin.ts';

export interface StandinServer {
  /** The base URL, as clients want it: ends in /v1. */
  url: string;
  /** Ends running replies too. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function serveStandin(standin: Pick<Standin, 'fetch'>, port: number): Promise<StandinServer> {
  const server = createServer((request, response) => {
    answer(standin, request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  standin: Pick<Standin, 'fetch'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const reply = await standin.fetch(new URL(request.url ?? '/', 'http://127.0.0.1'), {
    method: request.method ?? 'GET',
    headers: headersOf(request),
    signal: gone.signal,
    ...(parts.length ? { body: Buffer.concat(parts).toString('utf8') } : {}),
  });
  response.writeHead(reply.status, Object.fromEntries(reply.headers));
  response.flushHeaders();
  if (reply.body)
    for await (const bytes of reply.body)
      if (!response.write(bytes)) await once(response, 'drain', { signal: gone.signal });
  response.end();
}

const headersOf = (request: IncomingMessage) =>
  Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
