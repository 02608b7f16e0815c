/** A real HTTP server on this machine that answers as a test tells it to, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Backend } from '../../src/protocol/events.ts';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: a request body as the server sees it
  body: any;
}
export type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

export interface HttpBackend {
  url: string;
  host: string;
  /** Chat requests, in order. */
  chats: Asked[];
  /** All requests, in order. */
  asked: Asked[];
  backend(more?: Partial<Backend>): Backend;
}

export interface Answers {
  /** One for each chat request; the last one answers all that follow. */
  chat: Answer | Answer[];
  models?: Answer;
  /** By path: what an engine serves besides. */
  more?: Record<string, Answer>;
}

export async function httpBackend(answers: Answers): Promise<HttpBackend> {
  const asked: Asked[] = [];
  const chats: Asked[] = [];
  const script = Array.isArray(answers.chat) ? answers.chat : [answers.chat];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const { method = '', url: path = '', headers } = request;
    const one: Asked = { method, path, headers, body: text ? JSON.parse(text) : undefined };
    asked.push(one);
    const more = answers.more?.[path];
    if (more) return void (await more(response, one));
    if (path.endsWith('/models')) {
      await (answers.models ?? json({ data: [{ id: 'kimi-k2-thinking', max_model_len: 262_144 }] }))(
        response,
        one,
      );
      return;
    }
    if (!path.endsWith('/chat/completions')) return void json({ error: 'Not found' }, 404)(response, one);
    chats.push(one);
    await script[Math.min(chats.length, script.length) - 1]?.(response, one);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}/v1`;
  return {
    url,
    host,
    chats,
    asked,
    backend: more => ({ baseUrl: url, model: 'kimi-k2-thinking', profile: 'vllm', standIn: false, ...more }),
  };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** With 200, and with whatever type it claims, or none. */
export const plain =
  (type: string | undefined, body: string): Answer =>
  response => {
    response.writeHead(200, type ? { 'content-type': type } : {});
    response.end(body);
  };

export const page =
  (status: number): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<html><body>gateway</body></html>');
  };

export type Delta = Record<string, unknown>;
export const chunk = (
  delta: Delta,
  more: Record<string, unknown> = {},
  top: Record<string, unknown> = {},
) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, ...more }],
  ...top,
});
export const sse = (payloads: unknown[], done = true) =>
  payloads.map(p => `data: ${JSON.stringify(p)}\n\n`).join('') + (done ? 'data: [DONE]\n\n' : '');

/** The given bytes as an event stream, in pieces of one write each; ends the socket properly. */
export const stream =
  (...pieces: (string | Uint8Array)[]): Answer =>
  async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise(resolve => setImmediate(resolve));
    }
    response.end();
  };

export const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
/** A plain answer, complete in every way. */
export const answer = (text: string, reasoning = 'Let me see.') =>
  stream(
    sse([
      chunk({ role: 'assistant', reasoning_content: reasoning }),
      chunk({ content: text }),
      chunk({}, { finish_reason: 'stop' }),
      { choices: [], usage },
    ]),
  );
