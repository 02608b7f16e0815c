/**
 * The one file that knows the openai client. It builds the request, puts the key where it belongs and turns
 * every failure into a ModelError; the stream's bytes are read here with our own decoder (see sse.ts).
 */
import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import type { Backend } from '../protocol/events.ts';
import { createBodyWriter } from './bodyBytes.ts';
import { ModelError } from './client.ts';
import { answerError, errorIn, isHtml, networkError, notAnApiError, type Place } from './errors.ts';
import { asObject, parseJson } from './json.ts';
import { nodeFetch } from './nodeFetch.ts';
import { createSseDecoder, type ServerSentEvent } from './sse.ts';

export type WireEvent =
  /**
   * Parsed JSON payloads, as many as one packet brought: chunks, error objects, or a whole reply from a backend that does
   * not stream. They go on together: each way through a generator costs more than to read a chunk.
   */
  | { type: 'data'; payloads: unknown[] }
  /** Bytes without a payload: the backend lives and keeps the line open. */
  | { type: 'alive' }
  /** `[DONE]`, or a whole reply in one piece. */
  | { type: 'done' };

export interface Wire {
  /** The body of GET /models. */
  models(signal: AbortSignal): Promise<unknown>;
  /** The body of GET at a path beside the base URL's `/v1`: an engine's own, outside of OpenAI's protocol. */
  beside(path: string, signal: AbortSignal): Promise<unknown>;
  /** The body of GET /users/me/balance, which Moonshot has. */
  balance(signal: AbortSignal): Promise<unknown>;
  /** The answer to POST /chat/completions. Ends without `done` when the socket closed first. */
  chat(body: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<WireEvent>;
}

export interface WireOptions {
  backend: Backend;
  place: Place;
  apiKey: string | undefined;
  fetch: typeof fetch | undefined;
  /** Hears the headers of every answer, refusals included. */
  answered(headers: Headers): void;
}

/** Above every limit of our own: silence is judged by patience.ts, not by the client. */
const NO_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Makes no connection by itself. All its methods throw ModelError, or the signal's reason. */
export function openWire({ backend, place, apiKey, fetch: ownFetch, answered }: WireOptions): Wire {
  const client = new OpenAI({
    baseURL: backend.baseUrl.replace(/\/+$/, ''),
    // The client refuses to be made without a key; where there is none, no header goes out (see `guarded`).
    apiKey: apiKey ?? 'none',
    // Everything it would else read from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    fetch: guarded(ownFetch ?? nodeFetch, apiKey, answered),
  });
  const bodies = createBodyWriter();

  const request = async (send: () => Promise<Response>, signal: AbortSignal): Promise<Response> => {
    try {
      return await send();
    } catch (error) {
      signal.throwIfAborted();
      throw judge(error, place);
    }
  };

  const read = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const response = await request(() => client.get(path, { signal }).asResponse(), signal);
    try {
      return parseJson(place.redact(await response.text()));
    } catch (error) {
      signal.throwIfAborted();
      throw networkError(codeOf(error), place, rootOf(error));
    }
  };

  return {
    models: signal => read('/models', signal),
    beside: (path, signal) => read(backend.baseUrl.replace(/(\/v1)?\/*$/, path), signal),
    balance: signal => read('/users/me/balance', signal),

    async *chat(body, signal) {
      // Written here, as the client would write all of a long history anew; it takes bytes with their type as they are.
      const { bytes, sent } = bodies.write(body);
      const options = { body: bytes, headers: JSON_TYPE, signal, stream: true };
      const response = await request(() => client.post('/chat/completions', options).asResponse(), signal);
      // Whoever answers has read it; after a failure nobody knows.
      sent();
      const type = response.headers.get('content-type') ?? '';
      if (/html/i.test(type) || !response.body) {
        await response.body?.cancel();
        throw notAnApiError(place);
      }
      try {
        if (/json/i.test(type) && !/event-stream/i.test(type))
          yield* whole(place.redact(await response.text()));
        else yield* events(response.body, place, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ModelError) throw error;
        throw networkError(codeOf(error), place, rootOf(error));
      }
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** A backend that ignored `stream: true` and answered in one piece. */
function* whole(text: string): Generator<WireEvent> {
  const data = parseJson(text);
  if (data === undefined) return;
  yield { type: 'data', payloads: [isRefusal(data) ? { error: data } : data] };
  yield { type: 'done' };
}

/** Gateways refuse with 200, too, and each in a shape of its own: no reply, but words. */
function isRefusal(data: unknown): boolean {
  const { choices, error, message, detail } = asObject(data) ?? {};
  return !choices && !error && [message, detail].some(words => typeof words === 'string' && words !== '');
}

/** An answer that does not say what it is, and holds no event. */
function* unlabelled(text: string, place: Place): Generator<WireEvent> {
  if (isHtml(text)) throw notAnApiError(place);
  yield* whole(text);
}

async function* events(
  body: ReadableStream<Uint8Array>,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<WireEvent> {
  const reader = body.getReader();
  const close = () => void reader.cancel(CLOSED).catch(() => {});
  // A fetch that forgot about the signal still gets its stream closed.
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  // One decoder over all packets: a character may be split between two.
  const text = new TextDecoder();
  const decoder = createSseDecoder();
  let complete = false;
  /** All that came, as long as no event was in it. */
  let noEvent = '';
  let isStream = false;
  try {
    while (!complete) {
      const { value, done } = await reader.read();
      // What was closed because of it ends like any other.
      signal.throwIfAborted();
      const piece = done ? text.decode() : text.decode(value, { stream: true });
      const found = [...decoder.push(piece), ...(done ? decoder.end() : [])];
      isStream ||= found.length > 0;
      if (!isStream) noEvent += piece;
      const payloads: unknown[] = [];
      for (const event of found) {
        complete = event.data.trim() === '[DONE]';
        if (complete) break;
        const data = payloadOf({ event: event.event, data: place.redact(event.data) });
        if (data !== undefined) payloads.push(data);
      }
      if (payloads.length) yield { type: 'data', payloads };
      if (complete) yield { type: 'done' };
      else if (!done && !found.length) yield { type: 'alive' };
      if (done) {
        if (!isStream) yield* unlabelled(place.redact(noEvent), place);
        return;
      }
    }
  } finally {
    signal.removeEventListener('abort', close);
    // Closes the socket where the stream has not ended: the only cancel there is.
    if (complete) void readToTheEnd(reader);
    else close();
  }
}

/** No reason is told, but an error made for each request would cost its stack. */
const CLOSED = new Error('Nobody reads on.');
const LONGEST_END_MS = 1_000;

/** What follows `[DONE]` is the end, and then the connection serves the next request. One that stays open is closed. */
async function readToTheEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const close = () => void reader.cancel(CLOSED).catch(() => {});
  const late = setTimeout(close, LONGEST_END_MS).unref();
  try {
    while (!(await reader.read()).done);
  } catch {
    // Nobody waits for it any more.
  } finally {
    clearTimeout(late);
  }
}

/** Undefined for what is no JSON: the torn last event of a cut stream, or a proxy's noise. */
function payloadOf({ event, data }: ServerSentEvent): unknown {
  const payload = parseJson(data);
  if (event !== 'error') return payload;
  return { error: errorIn(payload) ?? { message: data } };
}

/**
 * The given fetch with what every request has to keep: no redirect is followed (a redirect would carry the key along), and
 * only headers that we chose go out, whatever the environment or the client would add.
 */
function guarded(
  own: typeof fetch,
  apiKey: string | undefined,
  answered: WireOptions['answered'],
): typeof fetch {
  return async (input, init) => {
    const headers = new Headers({
      accept: 'text/event-stream, application/json',
      'user-agent': 'Ascent',
      ...(init?.body && { 'content-type': 'application/json' }),
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
    });
    const response = await own(input, { ...init, headers, redirect: 'manual' });
    answered(response.headers);
    return response;
  };
}

function judge(error: unknown, place: Place): ModelError {
  if (
    error instanceof APIConnectionError ||
    error instanceof APIUserAbortError ||
    !(error instanceof APIError)
  )
    return networkError(codeOf(error), place, rootOf(error));
  const status = error.status ?? 500;
  const text = error.error === undefined ? error.message.replace(/^\d{3} /, '') : '';
  return answerError(
    {
      status,
      error: errorIn(error.error),
      text: typeof error.error === 'string' ? error.error : text,
      header: name => error.headers?.get(name) ?? null,
    },
    place,
  );
}

/** The innermost cause: the system's own error, which knows addresses and codes but no headers. */
function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 5; depth++) {
    const cause = asObject(root)?.cause;
    if (cause === undefined) break;
    root = cause;
  }
  return typeof asObject(root)?.code === 'string' ? root : undefined;
}
function codeOf(error: unknown): string | undefined {
  const code = asObject(rootOf(error))?.code;
  return typeof code === 'string' ? code : undefined;
}
