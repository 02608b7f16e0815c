/** What a profile says: how one backend differs from the others. Data only; the table is in profiles.ts. */

/** The keys under which reasoning goes back. */
export type EchoKey = 'reasoning_content' | 'reasoning' | 'reasoning_details';

/** What a host allows an account, by what was paid into it. */
export interface RateTier {
  /** From this sum on, in the currency of `Profile.balance`. */
  paidIn: number;
  /** Requests at the same time. */
  atOnce: number;
  /** Requests a minute. */
  requests: number;
  /** Tokens a minute: prompts and the output budgets that were asked for. */
  tokens: number;
}

export interface Profile {
  id: string;
  label: string;
  /** Where such a backend usually is; what a form is filled with. */
  baseUrl: string;
  /** Host names that tell this profile (themselves and what is below them). */
  hosts: readonly string[];
  /** The engine's usual ports on this machine. */
  ports: readonly number[];
  /** Runs on the weights themselves, without a host's own policies in front. */
  selfHosted: boolean;
  /** `seen`: the key the backend itself writes, and both strings until it has written one. */
  echo: readonly EchoKey[] | 'seen';
  /** The host answers 400 when an assistant message with tool calls lacks its reasoning; "" satisfies it. */
  reasoningRequired: boolean;
  /**
   * `renumber`: history ids go out as `functions.NAME:IDX`, one counter over the conversation, as the weights were
   * trained (other ids in the history teach the model to write bad ones). `asReceived`: the host renames by itself.
   */
  ids: 'renumber' | 'asReceived';
  /** Tokens; used until the backend tells its own. */
  window: number;
  /** Beside `/v1`: where the engine tells the window of what it has loaded, which its models list does not. */
  loadedAt?: string;
  /** The most output tokens one reply may ask for. */
  outputCap: number;
  budgetField: 'max_completion_tokens' | 'max_tokens';
  /** Knows `prompt_cache_key`. */
  promptCacheKey: boolean;
  /** Goes on with a reply that is sent back as a last message with `partial: true` (Moonshot's partial mode). */
  partialMode: boolean;
  /** The account's balance can be read, and is in this currency. */
  balance?: 'USD' | 'CNY';
  /** The host's published rate limits, the lowest first; which of them an account has, only a refusal tells. */
  tiers?: readonly RateTier[];
  /** Key of the price table, see prices.ts; absent where calls cost nothing per token. */
  prices?: string;
}
