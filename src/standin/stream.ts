/** A reply as server-sent events: paced, abortable, and faulty where asked. */
import { deltas } from './chunks.ts';
import type { Clock } from './clock.ts';
import type { Draft } from './draft.ts';
import type { Faults } from './faults.ts';
import type { Profile } from './profiles.ts';

export interface Pace {
  clock: Clock;
  /** 0: as fast as it is read. */
  tokensPerSecond: number;
}

/** What every chunk of a reply repeats. */
export interface Envelope {
  id: string;
  created: number;
  model: string;
}

/** The connection breaks, as global fetch reports it. */
export const terminated = () => new TypeError('terminated');

export interface Performance {
  draft: Draft;
  envelope: Envelope;
  usage: Record<string, unknown> | null;
  /** The client asked for a last chunk with the usage. */
  includeUsage: boolean;
  profile: Profile;
  faults: Faults;
  /** Resolves when the next token is due. */
  rhythm(): Promise<void>;
  silence(ms: number): Promise<void>;
}

export async function* events(show: Performance): AsyncGenerator<string> {
  const { draft, envelope, usage, profile, faults } = show;
  const end = faults.has('crlf') ? '\r\n' : '\n';
  const data = (payload: string) => `data: ${payload}${end}${end}`;
  const chunk = (choices: unknown[], more = {}) =>
    data(JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices, ...more }));
  const { stall, disconnect, failure, firstArguments } = troubles(faults);

  if (profile.comments) yield `: OPENROUTER PROCESSING${end}${end}`;
  let sent = 0;
  for (const delta of deltas(draft, profile, faults)) {
    if (sent === disconnect?.afterChunks) throw terminated();
    if (sent === failure?.afterChunks) {
      const message = 'The engine is currently overloaded, please try again later';
      yield data(JSON.stringify({ error: { type: 'engine_overloaded_error', message } }));
      return;
    }
    if (sent === stall?.afterChunks) await show.silence(stall.ms);
    await show.rhythm();
    yield chunk([{ index: 0, delta, finish_reason: null }]);
    if (firstArguments(delta)) throw terminated();
    sent++;
  }
  if (!faults.has('noFinishReason'))
    yield chunk([
      { index: 0, delta: {}, finish_reason: draft.finish, ...(profile.usageInChoice ? { usage } : {}) },
    ]);
  if (show.includeUsage) yield chunk([], { usage });
  if (!faults.has('noDone')) yield data('[DONE]');
}

function troubles(faults: Faults) {
  const cut = faults.has('cutInArguments');
  return {
    stall: faults.get('stall'),
    disconnect: faults.get('disconnect'),
    failure: faults.get('streamError'),
    firstArguments: (delta: Record<string, unknown>) =>
      cut && /"arguments":"[^"]/.test(JSON.stringify(delta.tool_calls ?? '')),
  };
}

/** Waits before each token so that the whole keeps its speed, whatever a single wait takes. */
export function pacer({ clock, tokensPerSecond }: Pace, signal: AbortSignal): () => Promise<void> {
  const start = clock.now();
  let tokens = 0;
  return async () => {
    signal.throwIfAborted();
    if (!tokensPerSecond) return;
    const due = start + (++tokens * 1000) / tokensPerSecond;
    const wait = due - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
  };
}

/** Bytes on demand. Aborting `stop` ends the stream at once, also when nobody reads; so does a reader that leaves. */
export function byteStream(
  source: AsyncGenerator<string>,
  stop: AbortController,
  splitUtf8: boolean,
  onEnd: (how: 'complete' | 'cancelled' | 'failed') => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting: Uint8Array[] = [];
  let ended = false;
  const finish = (how: 'complete' | 'cancelled' | 'failed') => {
    if (ended) return;
    ended = true;
    void source.return(undefined).catch(() => {});
    onEnd(how);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop.signal.addEventListener('abort', () => {
          if (!ended) controller.error(stop.signal.reason);
          finish('cancelled');
        });
      },
      async pull(controller) {
        try {
          if (!waiting.length) {
            const { value, done } = await source.next();
            if (ended) return;
            if (done) {
              finish('complete');
              return controller.close();
            }
            const bytes = encoder.encode(value);
            waiting = splitUtf8 ? slices(bytes) : [bytes];
          }
          controller.enqueue(waiting.shift()!);
        } catch (error) {
          if (ended) return;
          finish('failed');
          controller.error(error);
        }
      },
      cancel() {
        finish('cancelled');
        stop.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Three bytes at a time, which cuts through most characters that are not ASCII. */
const slices = (bytes: Uint8Array) =>
  Array.from({ length: Math.ceil(bytes.length / 3) }, (_, index) => bytes.subarray(index * 3, index * 3 + 3));
