/**
 * A client for one backend: limits, dialect, budget, attempts and retries put together. What the profile leaves open
 * (window, reasoning key, how far our token estimate is off) is learnt here from the backend's own answers.
 */
import type { Backend } from '../protocol/events.ts';
import type { Message, Usage } from '../protocol/message.ts';
import { checkAddress } from './address.ts';
import { type Assembled, BudgetSpent } from './assembly.ts';
import { type Assembling, runAttempt } from './attempt.ts';
import type { ReasoningKey } from './chunk.ts';
import {
  type ModelClient,
  type ModelDelta,
  ModelError,
  type ModelReply,
  type ModelRequest,
} from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { Overflow, type Place } from './errors.ts';
import { createCalibration, estimateMessage, estimatePrompt } from './estimate.ts';
import { createLimits, type Limits } from './limits.ts';
import { factsOf } from './models.ts';
import { openWire } from './openai.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { costOf, priceOf } from './prices.ts';
import { profileOf } from './profiles.ts';
import { outputBudget, requestBody } from './request.ts';
import { withRetries } from './retry.ts';

export interface ModelClientOptions {
  backend: Backend;
  apiKey?: string | undefined;
  /** Instead of the platform's: the embedded stand-in answers without a port. */
  fetch?: typeof fetch | undefined;
  /** For the timings of a reply. */
  now?: Clock['now'] | undefined;
  /** The waits between attempts; limits on silence run on the real clock, see `patience`. */
  sleep?: Clock['sleep'] | undefined;
  random?: (() => number) | undefined;
  patience?: Partial<Patience> | undefined;
}

/** Throws ModelError when the key must not go to this address. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const { backend } = options;
  const apiKey = options.apiKey?.trim() || undefined;
  const place: Place = {
    host: checkAddress(backend.baseUrl, apiKey).host,
    model: backend.model,
    redact: text => (apiKey ? text.replaceAll(apiKey, '***') : text),
  };
  const profile = profileOf(backend);
  const price = priceOf(profile, backend.model);
  const wire = openWire({ backend, place, apiKey, fetch: options.fetch });
  const limits = createLimits(backend.model, profile, wire.models);
  const calibration = createCalibration();
  const usedIds = createIdMemory();
  const patience = { ...PATIENCE, ...options.patience };
  const now = options.now ?? systemClock.now;
  let seenKey: ReasoningKey | undefined;
  let answered = false;

  /** What a request is built from; read anew for each one, because failures teach. */
  async function prepare(request: ModelRequest, allRoom: boolean, signal: AbortSignal) {
    const known = await limits.read(signal);
    const estimate = estimatePrompt(request.messages, request.tools);
    const outputCap = Math.min(
      known.outputCap,
      factsOf(backend.model, profile.selfHosted).outputCap ?? Number.POSITIVE_INFINITY,
    );
    const budget = outputBudget(
      { window: known.window, prompt: calibration.scale(estimate), outputCap },
      allRoom,
    );
    const dialect = { profile, seenKey };
    return { estimate, known, budget, ...requestBody(request, backend.model, profile, dialect, budget) };
  }

  /** After an overflow: believes the backend. True when a smaller output budget alone would fit the window. */
  function learnFrom(overflow: Overflow, estimate: number, known: Limits, budget: number): boolean {
    if (overflow.prompt) calibration.learn(estimate, overflow.prompt);
    const expected = overflow.prompt ?? calibration.scale(estimate);
    // Without a figure a small prompt proves nothing about the window.
    const window = overflow.window ?? (expected > known.window / 2 ? expected : known.window);
    limits.lower(window);
    const room = { window: Math.min(window, known.window), prompt: expected, outputCap: known.outputCap };
    return expected < room.window && outputBudget(room, false) < budget;
  }

  async function* attempt(
    request: ModelRequest,
    allRoom: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ModelDelta> {
    const ids = usedIds(request);
    for (let refitted = false; ; refitted = true) {
      const { estimate, known, budget, body, repairs } = await prepare(request, allRoom, signal);
      let begun = false;
      try {
        for await (const piece of runAttempt(body, { wire, place, patience, now, usedIds: ids, signal })) {
          begun = true;
          if (piece.type !== 'assembled') yield piece;
          else yield finish(piece, estimate, refitted ? [...repairs, REFITTED] : repairs);
        }
        return;
      } catch (error) {
        answered ||= begun || (error instanceof ModelError && error.status !== undefined);
        if (!(error instanceof Overflow)) throw error;
        if (!learnFrom(error, estimate, known, budget) || begun || refitted) throw error;
      }
    }
  }

  function finish({ reply, timing }: Assembling, estimate: number, repairs: string[]): ModelReply {
    answered = true;
    seenKey = reply.reasoningKey ?? seenKey;
    if (reply.usage) calibration.learn(estimate, reply.usage.promptTokens);
    const usage = reply.usage ?? estimatedUsage(reply, calibration.scale(estimate));
    return {
      type: 'reply',
      message: reply.message,
      finish: reply.finish,
      usage,
      ...(price && { cost: costOf(usage, price) }),
      timing,
      repairs: [...repairs, ...reply.repairs],
    };
  }

  return {
    async info(signal) {
      return { id: backend.model, contextWindow: (await limits.read(signal)).window };
    },
    stream(request, signal) {
      let allRoom = false;
      const again = (before: ModelError | undefined) => {
        allRoom ||= before instanceof BudgetSpent;
        return attempt(request, allRoom, signal);
      };
      return withRetries(again, {
        sleep: options.sleep ?? systemClock.sleep,
        random: options.random ?? Math.random,
        signal,
        known: () => answered,
      });
    },
  };
}

const REFITTED = 'Asked for a smaller output budget, because the backend’s window is smaller than it seemed.';

function estimatedUsage(reply: Assembled, promptTokens: number): Usage {
  return {
    promptTokens,
    cachedTokens: 0,
    completionTokens: estimateMessage(reply.message),
    estimated: true,
  };
}

/** All call ids of a session that this client has seen, also those that have left the history since. */
function createIdMemory(): (request: ModelRequest) => Set<string> {
  const sessions = new Map<string, Set<string>>();
  return ({ sessionId, messages }) => {
    const ids = sessions.get(sessionId) ?? new Set();
    sessions.set(sessionId, ids);
    for (const message of messages) for (const id of callIds(message)) ids.add(id);
    return ids;
  };
}

const callIds = (message: Message) =>
  message.role === 'assistant' ? message.toolCalls.map(call => call.id) : [];
