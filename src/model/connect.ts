/**
 * A client for one backend: limits, dialect, budget, attempts and retries put together. What the profile leaves open
 * (window, reasoning key, how far our token estimate is off) is learnt here from the backend's own answers.
 */
import type { Backend } from '../protocol/events.ts';
import type { Message, Usage } from '../protocol/message.ts';
import { checkAddress } from './address.ts';
import type { Assembled } from './assembly.ts';
import { type Assembling, runAttempt } from './attempt.ts';
import { withBalance } from './balance.ts';
import { BudgetSpent, type Remedy } from './budgetSpent.ts';
import {
  type ModelClient,
  type ModelDelta,
  ModelError,
  type ModelReply,
  type ModelRequest,
} from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { Overflow, type Place } from './errors.ts';
import { estimateMessage, estimatePrompt, estimateTokens, recalibrated } from './estimate.ts';
import { keyRedactor, withoutKey } from './keyGuard.ts';
import { createLearnt, type LearntStore } from './learnt.ts';
import { createLimits, type Limits } from './limits.ts';
import { createMeter } from './meter.ts';
import { factsOf } from './models.ts';
import { openWire } from './openai.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { askingPrice, costOf, priceOf } from './prices.ts';
import { profileOf } from './profileOf.ts';
import { outputBudget, requestBody } from './request.ts';
import { withRetries } from './retry.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { PLAIN, type Variation, variationAfter } from './variation.ts';

export interface ModelClientOptions {
  backend: Backend;
  apiKey?: string | undefined;
  /** Instead of the platform's: the embedded stand-in answers without a port. */
  fetch?: typeof fetch | undefined;
  /** Shared by all clients of a process: what a host allows it allows per account, not per session. */
  scheduler?: Scheduler | undefined;
  /** For the timings of a reply. */
  now?: Clock['now'] | undefined;
  /** The waits between attempts; limits on silence run on the real clock, see `patience`. */
  sleep?: Clock['sleep'] | undefined;
  random?: (() => number) | undefined;
  patience?: Partial<Patience> | undefined;
  /** Where what is learnt of this backend is kept; without it each client learns anew. */
  learnt?: LearntStore | undefined;
}

/** Throws ModelError when the key must not go to this address. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const { backend } = options;
  const { model } = backend;
  const apiKey = options.apiKey?.trim() || undefined;
  const address = checkAddress(backend.baseUrl, apiKey);
  const place: Place = {
    host: address.host,
    model,
    redact: keyRedactor(apiKey),
  };
  const profile = profileOf(backend);
  const facts = factsOf(model, profile.selfHosted);
  const price = priceOf(profile, model);
  const lane = (options.scheduler ?? createScheduler()).lane(address.origin, apiKey, profile.tiers);
  const wire = openWire({ backend, place, apiKey, fetch: options.fetch, answered: lane.learn });
  const learnt = createLearnt(options.learnt, backend.baseUrl, model);
  const limits = createLimits(model, profile, wire, learnt);
  const usedIds = createIdMemory();
  const patience = { ...PATIENCE, ...options.patience };
  const now = options.now ?? systemClock.now;
  let answered = false;

  /** Our estimate in tokens, as the backend would count it. */
  const scaled = (estimate: number) => Math.ceil(estimate * (learnt.facts.ratio ?? 1));
  const calibrate = (estimate: number, counted: number) =>
    learnt.learn({ ratio: recalibrated(learnt.facts.ratio, estimate, counted) });

  /** What a request is built from; read anew for each one, because failures teach. */
  async function prepare(request: ModelRequest, variation: Variation, signal: AbortSignal) {
    const known = await limits.read(signal);
    const { begun } = variation;
    const estimate =
      estimatePrompt(request.messages, request.tools) +
      (begun ? estimateTokens(begun.reasoning) + estimateTokens(begun.text) : 0);
    const outputCap = Math.min(known.outputCap, facts.outputCap ?? Number.POSITIVE_INFINITY);
    const prompt = scaled(estimate);
    const room = { window: known.window, prompt, outputCap, tokensAMinute: lane.tokensAMinute };
    const budget = outputBudget(room, variation.allRoom);
    /** What helps should this budget run out. */
    const remedy: Remedy | undefined =
      outputBudget(room, true) > budget ? 'larger' : profile.partialMode ? 'continue' : undefined;
    const dialect = { profile, seenKey: learnt.facts.reasoningKey };
    return {
      estimate,
      prompt,
      known,
      budget,
      remedy,
      ...requestBody(request, { model, profile, dialect, budget, variation }),
    };
  }

  const withCost = (usage: Usage) => ({ usage, ...(price && { cost: costOf(usage, price) }) });
  /** After an overflow: believes the backend. True when a smaller output budget alone would fit the window. */
  function learnFrom(overflow: Overflow, estimate: number, known: Limits, budget: number): boolean {
    if (overflow.prompt) calibrate(estimate, overflow.prompt);
    const expected = overflow.prompt ?? scaled(estimate);
    // Without a figure a small prompt proves nothing about the window.
    const window = overflow.window ?? (expected > known.window / 2 ? expected : known.window);
    limits.lower(window);
    const smaller = Math.min(window, known.window);
    const { tokensAMinute } = lane;
    const room = { window: smaller, prompt: expected, outputCap: known.outputCap, tokensAMinute };
    return expected < smaller && outputBudget(room, false) < budget;
  }

  async function* attempt(
    request: ModelRequest,
    variation: Variation,
    signal: AbortSignal,
  ): AsyncGenerator<ModelDelta> {
    const ids = usedIds(request);
    const { begun } = variation;
    for (let refitted = false; ; refitted = true) {
      const prepared = await prepare(request, variation, signal);
      const { estimate, prompt, known, budget, remedy, body } = prepared;
      const repairs = refitted ? [...prepared.repairs, REFITTED] : prepared.repairs;
      for await (const wait of lane.enter(prompt + budget, signal, request))
        yield { type: 'waiting', ...wait };
      const meter = createMeter();
      let started = false;
      let whole = false;
      try {
        await request.mayAsk?.(askingPrice(price, prompt, budget));
        const parts = { wire, place, patience, now, usedIds: ids, begun, meter, signal };
        for await (const piece of runAttempt(body, parts)) {
          started = true;
          if (piece.type !== 'assembled') {
            yield piece;
            continue;
          }
          const reply = finish(piece, estimate, remedy, repairs);
          whole = true;
          yield reply;
        }
        return;
      } catch (error) {
        const used = whole ? undefined : meter.used(prompt);
        if (used) yield { type: 'unseen', ...withCost(used) };
        answered ||= started || (error instanceof ModelError && error.status !== undefined);
        if (error instanceof BudgetSpent) throw new BudgetSpent(error.begun, remedy);
        // A host that does not continue after all: what went wrong is still the budget.
        if (begun && error instanceof ModelError && error.kind === 'badRequest') throw new BudgetSpent(begun);
        if (!(error instanceof Overflow)) throw error;
        if (!learnFrom(error, estimate, known, budget) || started || refitted) throw error;
      } finally {
        lane.leave(whole);
      }
    }
  }

  function finish(
    { reply, timing }: Assembling,
    estimate: number,
    remedy: Remedy | undefined,
    repairs: string[],
  ): ModelReply {
    answered = true;
    limits.answered();
    const { message } = reply;
    if (reply.reasoningKey) learnt.learn({ reasoningKey: reply.reasoningKey });
    if (reply.usage) calibrate(estimate, reply.usage.promptTokens);
    const cut = reply.finish === 'length';
    // A call that was cut off cannot be continued, only written again.
    if (cut && remedy && !(remedy === 'continue' && message.toolCalls.length))
      throw new BudgetSpent({ reasoning: message.reasoning ?? '', text: message.text }, remedy);
    const usage = reply.usage ?? estimatedUsage(reply, scaled(estimate));
    return {
      type: 'reply',
      message,
      finish: reply.finish,
      ...withCost(usage),
      timing,
      repairs: [...repairs, ...reply.repairs, ...(cut ? [CUT] : [])],
      ...(reply.reasoningKey && { reasoningKey: reply.reasoningKey }),
    };
  }

  const client: ModelClient = {
    async info(signal) {
      const { window } = await limits.read(signal);
      const isListed = !limits.listed.length || limits.listed.includes(model);
      return { id: model, contextWindow: window, ...(!isListed && { instead: limits.listed }) };
    },
    async *stream(request, signal) {
      let variation = PLAIN;
      const again = (before: ModelError | undefined) => {
        variation = variationAfter(before, variation);
        return attempt(request, variation, signal);
      };
      const deltas = withRetries(again, {
        sleep: options.sleep ?? systemClock.sleep,
        random: options.random ?? Math.random,
        signal,
        known: () => answered,
      });
      try {
        for await (const delta of deltas) {
          if (delta.type === 'retry') lane.failed(delta.error, delta.delayMs, request);
          yield delta;
        }
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        lane.failed(error, undefined, request);
        throw await withBalance(error, profile, wire, signal);
      }
    },
  };
  return withoutKey(client, apiKey);
}

const CUT = 'The reply was cut off: it needed more output tokens than this backend gives.';
const REFITTED = 'Asked for a smaller output budget, because the backend’s window is smaller than it seemed.';

function estimatedUsage(reply: Assembled, promptTokens: number): Usage {
  return {
    promptTokens,
    cachedTokens: 0,
    completionTokens: estimateMessage(reply.message),
    estimated: true,
  };
}

/** All call ids of a session: those it had before this client, and what this client has seen since. */
function createIdMemory(): (request: ModelRequest) => Set<string> {
  const sessions = new Map<string, Set<string>>();
  return ({ sessionId, messages, callIds: before }) => {
    const ids = sessions.get(sessionId) ?? new Set(before);
    sessions.set(sessionId, ids);
    for (const message of messages) for (const id of callIds(message)) ids.add(id);
    return ids;
  };
}

const callIds = (message: Message) =>
  message.role === 'assistant' ? message.toolCalls.map(call => call.id) : [];
