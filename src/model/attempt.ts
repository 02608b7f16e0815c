/** One attempt: a body goes out, deltas come in, and a whole reply stands at the end, or a ModelError. */
import { type Assembled, createAssembly, type ShownDelta } from './assembly.ts';
import type { Begun } from './budgetSpent.ts';
import { type Chunk, errorOf, readChunk } from './chunk.ts';
import type { ModelReply } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Place, stalledError, streamError } from './errors.ts';
import type { Meter } from './meter.ts';
import type { Wire } from './openai.ts';
import { type Patience, patiently } from './patience.ts';

export interface AttemptOptions {
  wire: Wire;
  place: Place;
  patience: Patience;
  now: Clock['now'];
  /** Ids that the session knows; the reply's join them. */
  usedIds: Set<string>;
  /** What the reply goes on with; shown again, because the retry before voided it. */
  begun: Begun | undefined;
  meter: Meter;
  signal: AbortSignal;
}

export type Assembling = { type: 'assembled'; reply: Assembled; timing: ModelReply['timing'] };

/** Throws ModelError (BudgetSpent where the output ran out), or the signal's reason; the socket is closed either way. */
export async function* runAttempt(
  body: Record<string, unknown>,
  options: AttemptOptions,
): AsyncGenerator<ShownDelta | Assembling> {
  const { wire, place, patience, now, usedIds, begun, meter } = options;
  const socket = new AbortController();
  const signal = AbortSignal.any([options.signal, socket.signal]);
  const startedAt = now();
  let firstTokenAt: number | undefined;
  let thinkingFrom: number | undefined;
  let thinkingTo: number | undefined;
  const assembly = createAssembly(begun);
  let done = false;
  let over = false;
  const pieces = patiently(readPieces(wire.chat(body, signal), place), {
    patience,
    clock: systemClock,
    signal: options.signal,
    isToken: piece => typeof piece !== 'string' && piece.some(holdsTokens),
    stalled: silentMs => stalledError(silentMs, place),
  });
  if (begun?.reasoning) yield { type: 'reasoning', text: begun.reasoning };
  if (begun?.text) yield { type: 'text', text: begun.text };
  try {
    for await (const piece of pieces) {
      if (piece === 'alive') continue;
      if (piece === 'done') {
        done = true;
        continue;
      }
      const deltas: ShownDelta[] = [];
      for (const chunk of piece) {
        meter.see(chunk);
        if (holdsTokens(chunk)) firstTokenAt ??= now();
        for (const delta of assembly.push(chunk)) {
          if (delta.type === 'reasoning') thinkingFrom ??= now();
          else if (thinkingFrom !== undefined) thinkingTo ??= now();
          join(deltas, delta);
        }
      }
      yield* deltas;
    }
    over = true;
  } finally {
    if (!over) socket.abort(GIVEN_UP);
  }
  const endedAt = now();
  yield {
    type: 'assembled',
    reply: assembly.end(done, usedIds),
    timing: {
      firstTokenMs: (firstTokenAt ?? endedAt) - startedAt,
      thinkingMs: thinkingFrom === undefined ? 0 : (thinkingTo ?? endedAt) - thinkingFrom,
      totalMs: endedAt - startedAt,
    },
  };
}

const GIVEN_UP = new Error('Nobody waits for this reply any more.');

/** What came together is shown together. */
function join(deltas: ShownDelta[], delta: ShownDelta): void {
  const last = deltas.at(-1);
  if (last?.type === 'call' && delta.type === 'call' && last.index === delta.index)
    deltas[deltas.length - 1] = delta;
  else if (last && last.type !== 'call' && last.type === delta.type) last.text += delta.text;
  else deltas.push({ ...delta });
}

const holdsTokens = (chunk: Chunk) => !!(chunk.reasoning?.text || chunk.text || chunk.calls.length);

async function* readPieces(
  events: ReturnType<Wire['chat']>,
  place: Place,
): AsyncGenerator<Chunk[] | 'alive' | 'done'> {
  for await (const event of events) {
    if (event.type !== 'data') {
      yield event.type;
      continue;
    }
    const chunks: Chunk[] = [];
    for (const payload of event.payloads) {
      const error = errorOf(payload);
      // What came before it was paid for, and counts.
      if (error && chunks.length) yield chunks;
      if (error) throw streamError(error, place);
      chunks.push(readChunk(payload));
    }
    yield chunks;
  }
}
