/**
 * How backends differ: data, never branches. A new host is a new entry here.
 *
 * What needs no column: reasoning is read from every key a backend may use, and usage and cached tokens from every
 * place, whatever the profile (see chunk.ts), because the same engine changes both between versions.
 */
import type { Backend } from '../protocol/events.ts';

/** The keys under which reasoning goes back. */
export type EchoKey = 'reasoning_content' | 'reasoning' | 'reasoning_details';

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
  /** The most output tokens one reply may ask for. */
  outputCap: number;
  budgetField: 'max_completion_tokens' | 'max_tokens';
  /** Knows `prompt_cache_key`. */
  promptCacheKey: boolean;
  /** Goes on with a reply that is sent back as a last message with `partial: true` (Moonshot's partial mode). */
  partialMode: boolean;
  /** The account's balance can be read, and is in this currency. */
  balance?: 'USD' | 'CNY';
  /** Key of the price table, see prices.ts; absent where calls cost nothing per token. */
  prices?: string;
}

const K2_WINDOW = 262_144;

const selfHosted = {
  hosts: [],
  selfHosted: true,
  reasoningRequired: false,
  ids: 'renumber',
  window: K2_WINDOW,
  outputCap: K2_WINDOW,
  budgetField: 'max_completion_tokens',
  promptCacheKey: false,
  partialMode: false,
} as const;

const hosted = {
  ports: [],
  selfHosted: false,
  echo: ['reasoning_content'],
  reasoningRequired: false,
  ids: 'renumber',
  window: K2_WINDOW,
  outputCap: K2_WINDOW,
  budgetField: 'max_tokens',
  promptCacheKey: false,
  partialMode: false,
} as const;

/** Moonshot's own API: renames ids on both ways, insists on reasoning beside tool calls, caches by session, continues. */
const moonshot = {
  ...hosted,
  reasoningRequired: true,
  ids: 'asReceived',
  budgetField: 'max_completion_tokens',
  promptCacheKey: true,
  partialMode: true,
} as const;

/**
 * vLLM gets both keys: versions from 0.16 on ignore an incoming `reasoning_content` (vllm#33616) while older ones and
 * the chat template read exactly that (vllm#42664 mends it). SGLang and KTransformers read `reasoning_content`,
 * Ollama `reasoning`. Together and the OpenRouter family write `reasoning`; OpenRouter wants its details unchanged.
 */
export const PROFILES: readonly Profile[] = [
  {
    ...selfHosted,
    id: 'vllm',
    label: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    ports: [8000],
    echo: ['reasoning_content', 'reasoning'],
  },
  {
    ...selfHosted,
    id: 'sglang',
    label: 'SGLang',
    baseUrl: 'http://127.0.0.1:30000/v1',
    ports: [30000],
    echo: ['reasoning_content'],
  },
  {
    ...selfHosted,
    id: 'ktransformers',
    label: 'KTransformers',
    baseUrl: 'http://127.0.0.1:10002/v1',
    ports: [10002],
    echo: ['reasoning_content'],
  },
  {
    ...selfHosted,
    id: 'llamacpp',
    label: 'llama.cpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    ports: [8080],
    echo: ['reasoning_content'],
    budgetField: 'max_tokens',
  },
  {
    ...selfHosted,
    id: 'ollama',
    label: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    ports: [11434],
    echo: ['reasoning'],
    budgetField: 'max_tokens',
  },
  {
    ...selfHosted,
    id: 'lmstudio',
    label: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    ports: [1234],
    echo: 'seen',
    budgetField: 'max_tokens',
  },
  {
    ...hosted,
    id: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    hosts: ['openrouter.ai'],
    echo: ['reasoning', 'reasoning_details'],
    prices: 'openrouter',
  },
  {
    ...hosted,
    id: 'together',
    label: 'Together',
    baseUrl: 'https://api.together.xyz/v1',
    hosts: ['together.xyz', 'together.ai'],
    echo: ['reasoning'],
  },
  {
    ...hosted,
    id: 'fireworks',
    label: 'Fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    hosts: ['fireworks.ai'],
  },
  {
    ...hosted,
    id: 'novita',
    label: 'Novita',
    baseUrl: 'https://api.novita.ai/openai/v1',
    hosts: ['novita.ai'],
    prices: 'novita',
  },
  {
    ...hosted,
    id: 'deepinfra',
    label: 'DeepInfra',
    baseUrl: 'https://api.deepinfra.com/v1/openai',
    hosts: ['deepinfra.com'],
  },
  {
    ...hosted,
    id: 'vercel',
    label: 'Vercel AI Gateway',
    baseUrl: 'https://ai-gateway.vercel.sh/v1',
    hosts: ['ai-gateway.vercel.sh'],
    echo: ['reasoning', 'reasoning_details'],
    window: 216_144,
    prices: 'vercel',
  },
  {
    ...hosted,
    id: 'siliconflow',
    label: 'SiliconFlow',
    baseUrl: 'https://api.siliconflow.cn/v1',
    hosts: ['siliconflow.cn', 'siliconflow.com'],
  },
  {
    // The host's documented limits: 229,376 tokens of input; 32,768 of thinking and 16,384 of answer.
    ...hosted,
    id: 'alibaba',
    label: 'Alibaba Cloud',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    hosts: ['dashscope.aliyuncs.com', 'dashscope-intl.aliyuncs.com'],
    window: 229_376,
    outputCap: 16_384,
  },
  {
    ...hosted,
    id: 'vertex',
    label: 'Google Vertex AI',
    baseUrl: 'https://aiplatform.googleapis.com/v1',
    hosts: ['aiplatform.googleapis.com'],
  },
  {
    ...hosted,
    id: 'bedrock',
    label: 'Amazon Bedrock gateway',
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1',
    hosts: ['amazonaws.com'],
    outputCap: 16_000,
  },
  {
    ...moonshot,
    id: 'moonshot',
    label: 'Moonshot AI (platform.kimi.ai)',
    baseUrl: 'https://api.moonshot.ai/v1',
    hosts: ['api.moonshot.ai'],
    balance: 'USD',
    prices: 'moonshot',
  },
  {
    ...moonshot,
    id: 'moonshot-cn',
    label: 'Moonshot AI China (platform.kimi.com)',
    baseUrl: 'https://api.moonshot.cn/v1',
    hosts: ['api.moonshot.cn'],
    balance: 'CNY',
    prices: 'moonshot-cn',
  },
  {
    ...moonshot,
    id: 'kimi-code',
    label: 'Kimi Code plan',
    baseUrl: 'https://api.kimi.com/coding/v1',
    hosts: ['api.kimi.com'],
  },
  {
    ...selfHosted,
    id: 'standin',
    label: 'Stand-in (scripted)',
    baseUrl: 'http://standin.localhost/v1',
    hosts: ['standin.localhost'],
    ports: [],
    echo: ['reasoning_content', 'reasoning'],
    promptCacheKey: true,
  },
];

export const CUSTOM: Profile = {
  ...selfHosted,
  id: 'custom',
  label: 'OpenAI-compatible backend',
  baseUrl: 'http://127.0.0.1:8000/v1',
  ports: [],
  echo: 'seen',
  budgetField: 'max_tokens',
};

/** The profile that a backend names, else the one its address tells. */
export function profileOf(backend: Pick<Backend, 'profile' | 'baseUrl'>): Profile {
  const named = [...PROFILES, CUSTOM].find(p => p.id === backend.profile);
  return named ?? profileFor(backend.baseUrl);
}

/** A guess from the address alone: the host's name, or an engine's usual port on this machine; else `custom`. */
export function profileFor(baseUrl: string): Profile {
  const url = URL.parse(baseUrl);
  if (!url) return CUSTOM;
  const host = url.hostname.toLowerCase();
  const byHost = PROFILES.find(p => p.hosts.some(h => host === h || host.endsWith(`.${h}`)));
  if (byHost) return byHost;
  return (isLoopback(host) && PROFILES.find(p => p.ports.includes(Number(url.port)))) || CUSTOM;
}

export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$|\.localhost$/i.test(hostname);
}
