/**
 * How backends differ: data, never branches. A new host is a new entry here.
 *
 * What needs no column: reasoning is read from every key a backend may use, and usage and cached tokens from every
 * place, whatever the profile (see chunk.ts), because the same engine changes both between versions.
 */
import type { Profile, RateTier } from './profile.ts';

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

const tier = (paidIn: number, atOnce: number, requests: number, tokens: number): RateTier => ({
  paidIn,
  atOnce,
  requests,
  tokens,
});
/** Its pages of limits: international as of 2026-01, Chinese as of 2026-09. */
const MOONSHOT_TIERS = [
  tier(1, 1, 3, 500_000),
  tier(10, 50, 200, 2_000_000),
  tier(20, 100, 500, 3_000_000),
  tier(100, 200, 5_000, 3_000_000),
  tier(1_000, 400, 5_000, 4_000_000),
  tier(3_000, 1_000, 10_000, 5_000_000),
];
const MOONSHOT_CN_TIERS = [
  tier(0, 1, 3, 500_000),
  tier(50, 15, 100, 2_000_000),
  tier(100, 40, 100, 3_000_000),
  tier(500, 50, 200, 3_000_000),
  tier(5_000, 60, 200, 4_000_000),
  tier(20_000, 100, 300, 5_000_000),
];

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
    loadedAt: '/props',
  },
  {
    ...selfHosted,
    id: 'ollama',
    label: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    ports: [11434],
    echo: ['reasoning'],
    budgetField: 'max_tokens',
    // Its default depends on the machine (4k, 32k, 256k tokens), and it cuts a longer prompt without a word.
    loadedAt: '/api/ps',
  },
  {
    ...selfHosted,
    id: 'lmstudio',
    label: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    ports: [1234],
    echo: 'seen',
    budgetField: 'max_tokens',
    loadedAt: '/api/v0/models',
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
    prices: 'together',
  },
  {
    ...hosted,
    id: 'fireworks',
    label: 'Fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    hosts: ['fireworks.ai'],
    prices: 'fireworks',
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
    // Of K2-Thinking, as models.dev listed it on 2026-01-13; the list of models tells what others have.
    window: 131_072,
    outputCap: 32_768,
    prices: 'deepinfra',
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
    baseUrl: 'https://api.siliconflow.com/v1',
    hosts: ['siliconflow.com'],
    prices: 'siliconflow',
  },
  {
    // Bills in CNY, at prices of its own.
    ...hosted,
    id: 'siliconflow-cn',
    label: 'SiliconFlow China',
    baseUrl: 'https://api.siliconflow.cn/v1',
    hosts: ['siliconflow.cn'],
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
    prices: 'alibaba',
  },
  {
    ...hosted,
    id: 'vertex',
    label: 'Google Vertex AI',
    baseUrl: 'https://aiplatform.googleapis.com/v1',
    hosts: ['aiplatform.googleapis.com'],
    prices: 'vertex',
  },
  {
    ...hosted,
    id: 'bedrock',
    label: 'Amazon Bedrock gateway',
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1',
    hosts: ['amazonaws.com'],
    outputCap: 16_000,
    prices: 'bedrock',
  },
  {
    ...moonshot,
    id: 'moonshot',
    label: 'Moonshot AI (platform.kimi.ai)',
    baseUrl: 'https://api.moonshot.ai/v1',
    hosts: ['api.moonshot.ai'],
    balance: 'USD',
    tiers: MOONSHOT_TIERS,
    prices: 'moonshot',
  },
  {
    ...moonshot,
    id: 'moonshot-cn',
    label: 'Moonshot AI China (platform.kimi.com)',
    baseUrl: 'https://api.moonshot.cn/v1',
    hosts: ['api.moonshot.cn'],
    balance: 'CNY',
    tiers: MOONSHOT_CN_TIERS,
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
