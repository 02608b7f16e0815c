/** Requests of the probes: the same address rules, key handling and errors as all others, nothing repaired. */

import type { Backend } from '../../protocol/events.ts';
import type { Money, Usage } from '../../protocol/message.ts';
import { checkAddress } from '../address.ts';
import { errorOf } from '../chunk.ts';
import { type AskingPrice, ModelError, type ModelErrorKind } from '../client.ts';
import type { Clock } from '../clock.ts';
import { type Place, streamError } from '../errors.ts';
import { estimateTokens } from '../estimate.ts';
import type { Json } from '../json.ts';
import { keyRedactor } from '../keyGuard.ts';
import { factsOf } from '../models.ts';
import { openWire } from '../openai.ts';
import { askingPrice, costOf, priceOf } from '../prices.ts';
import type { Profile } from '../profile.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Ask } from './probe.ts';
import { createRawReply, type RawReply } from './rawReply.ts';

/** Where what requests cost is kept; both are awaited. */
export interface RequestLedger {
  /** Before a request goes out, each time; what it throws ends the run, as the cause of NotAllowed. */
  mayAsk(price: AskingPrice): Promise<void>;
  /** Of each request that was answered: an estimate where the backend did not tell, or the answer was cut off. */
  paid(usage: Usage, cost: Money | undefined): Promise<void>;
}

/** The ledger forbids the next request: a limit of what people are ready to pay. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export interface RawChatOptions {
  backend: Backend;
  profile: Profile;
  apiKey: string | undefined;
  fetch: typeof fetch | undefined;
  clock: Clock;
  /** Probes stand in the same queue as everything else that asks this account. */
  scheduler: Scheduler;
  signal: AbortSignal;
  ledger?: RequestLedger | undefined;
  /** A wait before the request goes out again. */
  onWait(reason: string, delayMs: number | undefined): void;
}

/** As long as the vendor's own verifier waits for a reply. */
const REQUEST_LIMIT_MS = 600_000;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 2_000;
const LONGEST_WAIT_MS = 120_000;
const BUSY: ReadonlySet<ModelErrorKind> = new Set(['rateLimit', 'overloaded']);

/** Throws ModelError when the key must not go to this address. */
export function createRawChat(options: RawChatOptions) {
  const { backend, profile, clock, signal } = options;
  const apiKey = options.apiKey?.trim() || undefined;
  const address = checkAddress(backend.baseUrl, apiKey);
  const lane = options.scheduler.lane(address.origin, apiKey, profile.tiers);
  const price = priceOf(profile, backend.model);
  const place: Place = {
    host: address.host,
    model: backend.model,
    redact: keyRedactor(apiKey),
  };
  const wire = openWire({ backend, place, apiKey, fetch: options.fetch, answered: lane.learn });

  /** Reads the answer into `raw`, so that what came of it is known also when it breaks off. */
  async function read({ messages, tools, budget, onFirstToken, signal: own }: Ask, raw: Raw): Promise<void> {
    const { temperature } = factsOf(backend.model, profile.selfHosted);
    const body: Json = {
      model: backend.model,
      messages,
      ...(tools?.length && { tools }),
      stream: true,
      stream_options: { include_usage: true },
      ...(temperature !== undefined && { temperature }),
      [profile.budgetField]: budget,
    };
    const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const all = AbortSignal.any([signal, limit, ...(own ? [own] : [])]);
    const startedAt = clock.now();
    const { reply, push } = raw;
    try {
      for await (const event of wire.chat(body, all)) {
        if (event.type === 'done') reply.done = true;
        if (event.type !== 'data') continue;
        for (const payload of event.payloads) {
          const error = errorOf(payload);
          if (error) throw streamError(error, place);
          if (push(payload) && reply.firstTokenMs === undefined) {
            reply.firstTokenMs = clock.now() - startedAt;
            onFirstToken?.();
          }
        }
      }
    } catch (error) {
      if (limit.aborted && !signal.aborted && !own?.aborted)
        throw new ModelError('stalled', `${place.host} did not finish its reply in 10 minutes.`);
      throw error;
    }
    // Indices may leave holes.
    reply.calls = reply.calls.filter(call => call !== undefined);
  }

  async function inTurn(ask: Ask): Promise<RawReply> {
    const prompt = estimateTokens(JSON.stringify(ask.messages));
    for await (const wait of lane.enter(prompt + ask.budget, signal, ask))
      options.onWait(wait.reason, wait.delayMs);
    let answered = false;
    try {
      try {
        await options.ledger?.mayAsk(askingPrice(price, prompt, ask.budget));
      } catch (error) {
        throw new NotAllowed(error);
      }
      const raw = createRawReply();
      try {
        await read(ask, raw);
      } finally {
        const usage = usageOf(raw.reply, prompt);
        if (usage) await options.ledger?.paid(usage, price && costOf(usage, price));
      }
      answered = true;
      return raw.reply;
    } finally {
      lane.leave(answered);
    }
  }

  return {
    models: () => wire.models(signal),
    async loaded(): Promise<unknown> {
      if (!profile.loadedAt) return undefined;
      return wire.beside(profile.loadedAt, signal).catch(() => {
        signal.throwIfAborted();
        return undefined;
      });
    },
    async chat(ask: Ask): Promise<RawReply> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTurn(ask);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof ModelError)) throw error;
          const delayMs = error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** (attempt - 1);
          const final = !BUSY.has(error.kind) || attempt === ATTEMPTS || delayMs > LONGEST_WAIT_MS;
          lane.failed(error, final ? undefined : delayMs, ask);
          if (final) throw error;
          options.onWait(error.message, delayMs);
          await clock.sleep(delayMs, signal);
        }
      }
    },
  };
}

type Raw = ReturnType<typeof createRawReply>;

/** Undefined for an answer that never began: refused requests cost nothing. */
function usageOf({ usage, chunks, reasoning, text }: RawReply, prompt: number): Usage | undefined {
  if (usage) return { ...usage, cachedTokens: usage.cachedTokens ?? 0 };
  if (chunks === 0) return undefined;
  const completionTokens = estimateTokens(reasoning + text);
  return { promptTokens: prompt, cachedTokens: 0, completionTokens, estimated: true };
}
