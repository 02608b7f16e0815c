/** How the backends that serve K2-Thinking differ on the wire, as a table. Reading and writing follow it alone. */

export const PROFILE_NAMES = [
  'moonshot',
  'vllm-new',
  'vllm-old',
  'sglang',
  'openrouter',
  'llamacpp',
  'raw',
] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export type ReasoningKey = 'reasoning_content' | 'reasoning' | 'reasoning_details';
export type ErrorDialect = 'moonshot' | 'vllm' | 'openrouter' | 'llamacpp';

export interface Profile {
  /** Models served when the options name none. */
  model: string;
  /** Keys a reply's reasoning is written under. Empty: inline in the content, between think tags. */
  writesReasoning: readonly ReasoningKey[];
  /** Keys of an incoming assistant message that reach the chat template; the first one present counts. */
  readsReasoning: readonly ReasoningKey[];
  /** `reply`: NAME:IDX, counted per reply. `conversation`: functions.NAME:IDX, counted over the history. */
  callIds: 'reply' | 'conversation' | 'random';
  /** Tool calls are written as the model's own markup in the content. */
  rawCalls: boolean;
  /** Usage also inside `choices[0]` of the finishing chunk. */
  usageInChoice: boolean;
  cachedTokens: 'top' | 'details' | 'none';
  /** How `GET /models` tells the window. */
  window: (tokens: number) => Record<string, unknown>;
  errors: ErrorDialect;
  /** Refuses histories that the template could not render. */
  strict: boolean;
  /** Which plain answer the template splits reasoning at; llama.cpp's copy takes the first. */
  splitsAt: 'last' | 'first';
  /** Output budget of a request that names none; undefined: whatever fits the window. */
  defaultMaxTokens?: number;
  /** Knows partial mode; others take such a message for one more of the model's own. */
  partialMode: boolean;
  /** Sends keep-alive comment lines. */
  comments: boolean;
}

const vllm: Profile = {
  model: 'moonshotai/Kimi-K2-Thinking',
  writesReasoning: ['reasoning'],
  readsReasoning: ['reasoning'],
  callIds: 'conversation',
  rawCalls: false,
  usageInChoice: false,
  cachedTokens: 'details',
  window: tokens => ({ max_model_len: tokens }),
  errors: 'vllm',
  strict: false,
  splitsAt: 'last',
  partialMode: false,
  comments: false,
};

export const profiles: Record<ProfileName, Profile> = {
  moonshot: {
    ...vllm,
    model: 'kimi-k2-thinking',
    writesReasoning: ['reasoning_content'],
    readsReasoning: ['reasoning_content'],
    callIds: 'reply',
    usageInChoice: true,
    cachedTokens: 'top',
    window: tokens => ({ context_length: tokens, supports_reasoning: true, supports_image_in: false }),
    errors: 'moonshot',
    strict: true,
    partialMode: true,
    defaultMaxTokens: 1024,
  },
  'vllm-new': vllm,
  'vllm-old': { ...vllm, writesReasoning: ['reasoning_content'], readsReasoning: ['reasoning_content'] },
  sglang: {
    ...vllm,
    writesReasoning: ['reasoning_content'],
    readsReasoning: ['reasoning_content'],
    cachedTokens: 'none',
  },
  openrouter: {
    ...vllm,
    model: 'moonshotai/kimi-k2-thinking',
    writesReasoning: ['reasoning', 'reasoning_details'],
    readsReasoning: ['reasoning_details', 'reasoning', 'reasoning_content'],
    window: tokens => ({ context_length: tokens }),
    errors: 'openrouter',
    comments: true,
  },
  llamacpp: {
    ...vllm,
    model: 'kimi-k2-thinking',
    writesReasoning: ['reasoning_content'],
    readsReasoning: ['reasoning_content'],
    callIds: 'random',
    cachedTokens: 'none',
    window: tokens => ({ meta: { n_ctx_train: tokens } }),
    errors: 'llamacpp',
    splitsAt: 'first',
  },
  raw: { ...vllm, writesReasoning: [], readsReasoning: [], rawCalls: true, cachedTokens: 'none' },
};
