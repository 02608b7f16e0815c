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
/** Asked for even when the estimate says there is no room: the backend knows better, and its error is a clear one. */
const LEAST_OUTPUT = 1_024;

export interface Room {
  /** Tokens of the window. */
  window: number;
  /** Tokens of the prompt, as the backend would count them. */
  prompt: number;
  /** The most output tokens that backend and model give in one reply. */
  outputCap: number;
}

/** Tokens to ask for. `all`: what fits, after a smaller budget ran out in the middle of thinking. */
export function outputBudget({ window, prompt, outputCap }: Room, all: boolean): number {
  const left = window - prompt - MARGIN;
  const wanted = all ? outputCap : Math.min(WANTED_OUTPUT, outputCap);
  return Math.max(LEAST_OUTPUT, Math.min(wanted, Math.floor(left)));
}

export interface Body {
  body: Json;
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

export function requestBody(
  request: ModelRequest,
  { model, profile, dialect, budget, variation }: BodyOptions,
): Body {
  const { messages, repairs } = toWire(request.messages, dialect);
  if (nudges(variation)) messages.push({ role: 'user', content: NUDGE });
  if (variation.begun) messages.push(toContinue(variation.begun));
  const { temperature } = factsOf(model, profile.selfHosted);
  const body: Json = {
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
