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
  const pieces = patiently(readPieces(wire.chat(body, signal), place), {
    patience,
    clock: systemClock,
    signal: options.signal,
    isToken: piece => piece !== 'alive' && piece !== 'done' && holdsTokens(piece),
    stalled: silentMs => stalledError(silentMs, place),
  });
  if (begun?.reasoning) yield { type: 'reasoning', text: begun.reasoning };
  if (begun?.text) yield { type: 'text', text: begun.text };
  try {
    for await (const piece of pieces) {
      meter.see(piece);
      if (piece === 'alive') continue;
      if (piece === 'done') {
        done = true;
        continue;
      }
      if (holdsTokens(piece)) firstTokenAt ??= now();
      for (const delta of assembly.push(piece)) {
        if (delta.type === 'reasoning') thinkingFrom ??= now();
        else if (thinkingFrom !== undefined) thinkingTo ??= now();
        yield delta;
      }
    }
  } finally {
    socket.abort();
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

const holdsTokens = (chunk: Chunk) => !!(chunk.reasoning?.text || chunk.text || chunk.calls.length);

async function* readPieces(
  events: ReturnType<Wire['chat']>,
  place: Place,
): AsyncGenerator<Chunk | 'alive' | 'done'> {
  for await (const event of events) {
    if (event.type !== 'data') yield event.type;
    else {
      const error = errorOf(event.data);
      if (error) throw streamError(error, place);
      yield readChunk(event.data);
    }
  }
}
