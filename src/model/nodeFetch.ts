/**
 * `fetch` over Node's own HTTP client, as far as a backend needs it: bytes or text go out, a stream comes back.
 *
 * Node's fetch copies each body three times, which a long session feels (half a megabyte at each step); it gives up after
 * 300 s without bytes, and a flooded backend may need longer to its first token. Redirects are answers here, never
 * followed: they would carry the key along.
 */
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

// Without `node:`, because VS Code puts its proxy and certificate settings behind these two names alone.
// biome-ignore lint/style/useNodejsImportProtocol: see above
import http, { type IncomingMessage } from 'http';
// biome-ignore lint/style/useNodejsImportProtocol: see above
import https from 'https';

const CONNECT_LIMIT_MS = 10_000;
/** Statuses that come without a body, for which `Response` takes none. */
const BODILESS = new Set([204, 205, 304]);

/** Proxies of the environment where Node is told to use them (from 24.5 on), as its own fetch does. */
const proxies = process.env.NODE_USE_ENV_PROXY === '1' ? { proxyEnv: process.env } : {};
const agents = {
  'http:': new http.Agent({ keepAlive: true, ...proxies }),
  'https:': new https.Agent({ keepAlive: true, ...proxies }),
};

interface Sending {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  signal: AbortSignal | undefined;
}

/** Rejects with the system's own error, which has a `code`, or with the signal's reason. */
export const nodeFetch: typeof fetch = async (input, init = {}) => {
  const { body, signal } = init;
  if (body && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError('Only text and bytes are sent.');
  const sending: Sending = {
    url: new URL(input instanceof Request ? input.url : input),
    method: init.method ?? 'GET',
    headers: Object.fromEntries(new Headers(init.headers)),
    body: body || undefined,
    signal: signal ?? undefined,
  };
  try {
    return await send(sending);
  } catch (error) {
    // The other side closed a connection that had served before, at the moment we took it up again.
    if (!(error instanceof ClosedMeanwhile)) throw error;
    return await send(sending);
  }
};

const CLOSED = new Set(['ECONNRESET', 'EPIPE']);
class ClosedMeanwhile extends Error {
  readonly code = 'ECONNRESET';
}

async function send({ url, method, headers, body, signal }: Sending): Promise<Response> {
  signal?.throwIfAborted();
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw new TypeError(`${url.protocol} is no address of a backend.`);
  const client = secure ? https : http;
  const agent = agents[secure ? 'https:' : 'http:'];
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = client.request(url, { method, agent, headers: { ...headers, ...length } });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const abort = () => {
    reject(signal?.reason);
    request.destroy();
  };
  signal?.addEventListener('abort', abort, { once: true });
  request.once('response', resolve);
  request.on('error', (error: NodeJS.ErrnoException) =>
    reject(request.reusedSocket && CLOSED.has(error.code ?? '') ? new ClosedMeanwhile() : error),
  );
  limitConnecting(request);
  request.end(body);
  try {
    const answer = await promise;
    const status = answer.statusCode ?? 500;
    const stream = BODILESS.has(status) ? null : bodyOf(answer, request, signal);
    if (!stream) answer.resume();
    return new Response(stream, {
      status,
      statusText: answer.statusMessage ?? '',
      headers: headersOf(answer),
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function limitConnecting(request: http.ClientRequest): void {
  request.once('socket', socket => {
    if (!socket.connecting) return;
    const late = () => request.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, CONNECT_LIMIT_MS);
    const settled = () => clearTimeout(timer);
    socket.once('connect', settled).once('close', settled);
  });
}

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  return headers;
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** We ask for no compression, and so forbid none: a proxy on the way may add it. */
function decompressed(answer: IncomingMessage): Readable {
  const decoder = DECODERS[answer.headers['content-encoding']?.trim().toLowerCase() ?? ''];
  // What fails on the way destroys the last stream, which tells it.
  return decoder ? pipeline(answer, decoder(), () => {}) : answer;
}

function bodyOf(
  answer: IncomingMessage,
  request: http.ClientRequest,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const bytes = decompressed(answer);
  let over = false;
  let abort = () => {};
  const end = (settle: () => void) => {
    if (over) return;
    over = true;
    signal?.removeEventListener('abort', abort);
    settle();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        abort = () => {
          end(() => controller.error(signal?.reason));
          request.destroy();
        };
        signal?.addEventListener('abort', abort, { once: true });
        bytes.on('data', (some: Buffer) => {
          if (over) return;
          controller.enqueue(some);
          if ((controller.desiredSize ?? 0) <= 0) bytes.pause();
        });
        bytes.once('end', () => end(() => controller.close()));
        bytes.once('error', error => end(() => controller.error(error)));
        bytes.once('close', () => end(() => controller.error(brokenOff())));
      },
      pull: () => void bytes.resume(),
      cancel: () => end(() => request.destroy()),
    },
    { highWaterMark: 64 * 1024, size: bytes => bytes?.byteLength ?? 0 },
  );
}

const brokenOff = () => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
