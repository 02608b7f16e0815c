/** The body of one chat completion request. What stays the same between two steps keeps its bytes. */
import type { ToolDeclaration } from '../protocol/message.ts';
import type { Begun } from './budgetSpent.ts';
import type { ModelRequest } from './client.ts';
import { type Dialect, toWire } from './dialect.ts';
import type { Json } from './json.ts';
import { factsOf } from './models.ts';
import type { Profile } from './profile.ts';
import { NUDGE, nudges, type Variation } from './variation.ts';

/** Output tokens asked for when there is room: hosts charge the request's budget to the rate limit in advance. */
const WANTED_OUTPUT = 32_768;
/** Left free between prompt, budget and window; the estimate is not exact. Tokens. */
const MARGIN = 1_024;
/**
 * Hosts charge prompt and budget to the tokens of a minute before anything is written (Moonshot's error guide). Where
 * that limit is known, a request's budget takes no more than this part of it, and the larger one after a budget ran out:
 * else a few requests that think little would use up the minute.
 */
const SHARE_OF_MINUTE = { usual: 1 / 16, larger: 1 / 4 };
/** What Moonshot's guide to thinking models asks for at least. Tokens. */
const ENOUGH_TO_THINK = 16_000;
/** Asked for even when the estimate says there is no room: the backend knows better, and its error is a clear one. */
const LEAST_OUTPUT = 1_024;

export interface Room {
  /** Tokens of the window. */
  window: number;
  /** Tokens of the prompt, as the backend would count them. */
  prompt: number;
  /** The most output tokens that backend and model give in one reply. */
  outputCap: number;
  /** Tokens that the account may use in a minute; Infinity where nobody has told. */
  tokensAMinute: number;
}

/** Tokens to ask for. `larger`: after a budget ran out in the middle of thinking. */
export function outputBudget({ window, prompt, outputCap, tokensAMinute }: Room, larger: boolean): number {
  const wanted = larger ? outputCap : Math.min(WANTED_OUTPUT, outputCap);
  const share = tokensAMinute * (larger ? SHARE_OF_MINUTE.larger : SHARE_OF_MINUTE.usual);
  const left = [
    window - prompt - MARGIN,
    Math.max(ENOUGH_TO_THINK, share),
    // A request above the whole limit would never be let through.
    tokensAMinute - prompt,
  ];
  return Math.max(LEAST_OUTPUT, Math.floor(Math.min(wanted, ...left)));
}

export interface Body {
  body: Json & { messages: Json[] };
  repairs: string[];
}

export interface BodyOptions {
  model: string;
  profile: Profile;
  dialect: Dialect;
  /** Output tokens to ask for. */
  budget: number;
  variation: Variation;
}

/** The body of POST /chat/completions. */
export function requestBody(
  request: ModelRequest,
  { model, profile, dialect, budget, variation }: BodyOptions,
): Body {
  const { messages, repairs } = toWire(request.messages, dialect);
  if (nudges(variation)) messages.push({ role: 'user', content: NUDGE });
  if (variation.begun) messages.push(toContinue(variation.begun));
  const { temperature } = factsOf(model, profile.selfHosted);
  const body: Body['body'] = {
    model,
    messages,
    // `auto` is the only choice that thinking allows besides none, and it is the default: nothing is sent.
    ...(request.tools.length && { tools: request.tools.map(declare) }),
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && { temperature }),
    ...(profile.promptCacheKey && { prompt_cache_key: request.sessionId }),
    [profile.budgetField]: budget,
  };
  return { body, repairs };
}

/** Partial mode: the reply is only what follows; a thinking model wants its reasoning back with it. */
const toContinue = ({ reasoning, text }: Begun) => ({
  role: 'assistant',
  reasoning_content: reasoning,
  content: text,
  partial: true,
});

const declare = ({ name, description, parameters }: ToolDeclaration) => ({
  type: 'function',
  function: { name, description, parameters },
});
