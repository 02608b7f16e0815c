/**
 * The stand-in K2 backend, in process: a fetch that speaks the K2 wire protocol and answers from scripts. No port, no
 * model. The embedded default where no backend is set, and the backend of the tests.
 */
import { message } from './chunks.ts';
import { type Clock, randomText, seeded, systemClock } from './clock.ts';
import { conversationOf } from './conversation.ts';
import { asRaw, completionTokens, continued, cutAt, type Draft, draftOf } from './draft.ts';
import { badRequest, overflow, overflowDialect, unknownModel, type WireError, wrongKey } from './errors.ts';
import { Faults, faultyAnswer, reshape, type ScheduledFault } from './faults.ts';
import { type Profile, type ProfileName, profiles } from './profiles.ts';
import { withoutAttachments } from './results.ts';
import { isKnown, scenarioFor, scenarioNamed } from './scenarios/catalog.ts';
import type { Reply, Scenario } from './script.ts';
import { byteStream, events, pacer } from './stream.ts';
import { objection } from './strict.ts';
import { PrefixCache, type PromptCount, render } from './template.ts';
import { ChatRequest } from './wire.ts';

export interface StandinOptions {
  /** One of the table's, or an own one. Default: vllm-new. */
  profile?: ProfileName | Profile;
  /** Served models; requests for others get a 404. Default: the profile's. */
  models?: string[];
  /** 0: as fast as it is read. Default: 100. */
  tokensPerSecond?: number;
  /** Tokens. Default: 262,144. */
  contextWindow?: number;
  /** Requests without this key get a 401. Default: any key will do. */
  apiKey?: string;
  /** Plays this scenario (or its name) whatever the person says. Default: the newest user message chooses. */
  scenario?: Scenario | string;
  faults?: readonly ScheduledFault[];
  /** Keeps every request in `requests`, bodies included. Default: false, as a long session's would add up. */
  record?: boolean;
  clock?: Clock;
  seed?: number;
}

/** A chat request as it came, and what became of it. */
export interface ReceivedRequest extends PromptCount {
  /** Counted from 1. */
  number: number;
  headers: Headers;
  body: ChatRequest;
  status: number;
  outcome: 'pending' | 'complete' | 'cancelled' | 'failed';
}

export interface Standin {
  /** To be handed to a client in the place of global fetch. */
  fetch: typeof globalThis.fetch;
  /** An address that leads nowhere, should a request ever take the real fetch. */
  baseUrl: string;
  /** The first served model. */
  model: string;
  /** Chat requests, oldest first; empty without `record`. */
  requests: readonly ReceivedRequest[];
}

export function createStandin(options: StandinOptions = {}): Standin {
  const { profile: named = 'vllm-new', contextWindow = 262_144, tokensPerSecond = 100 } = options;
  const profile = typeof named === 'string' ? profiles[named] : named;
  const models = options.models ?? [profile.model];
  const clock = options.clock ?? systemClock;
  const pace = { clock, tokensPerSecond };
  const random = seeded(options.seed ?? 1);
  const cache = new PrefixCache();
  const requests: ReceivedRequest[] = [];
  const forced = typeof options.scenario === 'string' ? scenarioNamed(options.scenario) : options.scenario;
  let received = 0;
  /** A cancelled reply still holds the only slot. */
  let busyUntil = 0;

  function listModels(): Response {
    const created = Math.floor(clock.now() / 1000);
    const data = models.map(id => ({
      id,
      object: 'model',
      created,
      owned_by: 'stand-in',
      ...profile.window(contextWindow),
    }));
    return Response.json({ object: 'list', data });
  }

  async function chat(text: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    const number = ++received;
    const faults = new Faults(options.faults ?? [], number);
    if (busyUntil > clock.now()) await clock.sleep(busyUntil - clock.now(), signal);
    const silence = faults.get('silence');
    if (silence) await clock.sleep(silence.ms, signal);
    if (faults.has('unreachable')) throw new TypeError('fetch failed');
    const parsed = ChatRequest.safeParse(parseJson(text));
    if (!parsed.success)
      return failure(
        badRequest(profile.errors, `Invalid request: ${parsed.error.issues[0]?.message ?? 'no JSON'}`),
      );
    const body = parsed.data;
    const count = cache.count(body.prompt_cache_key ?? '', render(body, profile));
    const record: ReceivedRequest = { number, headers, body, ...count, status: 200, outcome: 'pending' };
    if (options.record) requests.push(record);

    const budget = body.max_completion_tokens ?? body.max_tokens ?? profile.defaultMaxTokens;
    const error =
      faultyAnswer(faults, profile.errors, contextWindow, count.promptTokens) ??
      refusal(body, count, budget ?? 1);
    if (error) {
      record.status = error.status;
      record.outcome = 'failed';
      return failure(error);
    }

    const last = body.messages.at(-1);
    const begun = profile.partialMode && last?.partial ? last : undefined;
    const asked = begun ? { ...body, messages: body.messages.slice(0, -1) } : body;
    const whole = draftOf(replyTo(asked, forced), asked, profile, random);
    const written = begun ? continued(whole, begun) : whole;
    const fitting = cutAt(written, budget ?? contextWindow - count.promptTokens);
    const draft = asRaw(reshape(fitting, faults), profile);
    const envelope = {
      id: `chatcmpl-${randomText(random, 24)}`,
      created: Math.floor(clock.now() / 1000),
      model: body.model,
    };
    const usage = faults.has('noUsage') ? null : usageOf(draft, fitting, count, profile);
    if (!body.stream) {
      const tokens = completionTokens(draft).completion;
      if (tokensPerSecond) await clock.sleep((tokens * 1000) / tokensPerSecond, signal);
      record.outcome = 'complete';
      const choice = { index: 0, message: message(draft, profile, faults), finish_reason: draft.finish };
      return Response.json({ ...envelope, object: 'chat.completion', choices: [choice], usage });
    }

    const needsMs = tokensPerSecond ? (completionTokens(draft).completion * 1000) / tokensPerSecond : 0;
    const startedAt = clock.now();
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const source = events({
      draft,
      envelope,
      usage,
      includeUsage: body.stream_options?.include_usage ?? false,
      profile,
      faults,
      rhythm: pacer(pace, stop.signal),
      silence: ms => clock.sleep(ms, stop.signal),
    });
    const bytes = byteStream(source, stop, faults.has('splitUtf8'), outcome => {
      signal.removeEventListener('abort', abort);
      record.outcome = outcome;
      if (outcome === 'cancelled' && faults.has('keepsSlot')) busyUntil = startedAt + needsMs;
    });
    return new Response(bytes, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    });
  }

  function refusal(body: ChatRequest, count: PromptCount, budget: number): WireError | undefined {
    if (!models.includes(body.model)) return unknownModel(profile.errors, body.model);
    const reason = body.messages.length
      ? profile.strict && objection(body)
      : 'Invalid request: messages is empty';
    if (reason) return badRequest(profile.errors, reason);
    if (count.promptTokens + budget > contextWindow)
      return overflow(overflowDialect(profile.errors), contextWindow, count.promptTokens, budget);
    return undefined;
  }

  return {
    baseUrl: 'http://stand-in.invalid/v1',
    model: models[0]!,
    requests,
    fetch: async (input, init) => {
      const request = input instanceof Request ? input : undefined;
      const { pathname } = new URL(request?.url ?? String(input));
      const headers = new Headers(init?.headers ?? request?.headers);
      const signal = init?.signal ?? request?.signal ?? new AbortController().signal;
      signal.throwIfAborted();
      if (options.apiKey !== undefined && headers.get('authorization') !== `Bearer ${options.apiKey}`)
        return failure(wrongKey(profile.errors));
      if (pathname.endsWith('/models')) return listModels();
      if (pathname.endsWith('/users/me/balance') && profile.errors === 'moonshot')
        return Response.json({ code: 0, scode: '0x0', status: true, data: EMPTY_ACCOUNT });
      if (!pathname.endsWith('/chat/completions'))
        return failure({ status: 404, body: JSON.stringify({ detail: 'Not Found' }) });
      const text = await (request ?? new Response(init?.body)).text();
      return chat(text, headers, signal);
    },
  };
}

/** What the balance of an account looks like that is refused for it. */
const EMPTY_ACCOUNT = { available_balance: -3.2, voucher_balance: 0, cash_balance: -3.2 };

/** What the scenario says to this conversation. */
function replyTo(body: ChatRequest, forced: Scenario | undefined): Reply {
  const request = (text: string) => withoutAttachments(text).trim() || text;
  const conversation = conversationOf(body, text => forced !== undefined || isKnown(request(text)));
  const scenario = forced ?? scenarioFor(request(conversation.task));
  const reply = withDeclaredCalls(scenario.next(conversation), conversation.tools);
  const heard = conversation.interjections.at(-1);
  if (!heard || conversation.steps === 0) return reply;
  const note = `You wrote: “${heard.trim().slice(0, 120)}”. A script cannot take that up; it goes on with its task.`;
  return { ...reply, text: reply.text ? `${note}\n\n${reply.text}` : note };
}

/** A script may want a tool that this client does not offer. */
function withDeclaredCalls(reply: Reply, tools: ReadonlySet<string>): Reply {
  const calls = (reply.calls ?? []).filter(call => tools.has(call.name));
  if (calls.length || !reply.calls?.length) return { ...reply, calls };
  const missing = [...new Set(reply.calls.map(call => call.name))].join(', ');
  return {
    ...reply,
    text: `My script needs a tool that is not on offer here (${missing}), so it ends.`,
    calls,
  };
}

function usageOf(draft: Draft, written: Draft, count: PromptCount, profile: Profile) {
  const { completion } = completionTokens(draft);
  const { reasoning } = completionTokens(written);
  return {
    prompt_tokens: count.promptTokens,
    completion_tokens: completion,
    total_tokens: count.promptTokens + completion,
    ...(profile.cachedTokens === 'top' ? { cached_tokens: count.cachedTokens } : {}),
    ...(profile.cachedTokens === 'details'
      ? {
          prompt_tokens_details: { cached_tokens: count.cachedTokens },
          completion_tokens_details: { reasoning_tokens: Math.min(reasoning, completion) },
        }
      : {}),
  };
}

function failure({ status, body, headers }: WireError): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
