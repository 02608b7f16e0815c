/** What is known of model ids, wherever they are served: which family they are, what they refuse, when they went. */

export interface ModelFacts {
  /** Sent as `temperature`; absent: no sampling field goes out at all. */
  temperature?: number;
  /** The most output tokens the model gives. */
  outputCap?: number;
}

/**
 * K2-Thinking is advised to run at temperature 1.0. The K2.5, K2.6, K2.7, K3 and coding-plan ids pin their sampling
 * and answer 400 to other values (Moonshot's model pages of 2026-09), so nothing is sent to them.
 */
export function factsOf(model: string, selfHosted: boolean): ModelFacts {
  if (/k2-thinking/i.test(model)) return { temperature: 1 };
  if (/\bk3(?!\d)|kimi-for-coding/i.test(model)) return { outputCap: 131_072 };
  if (/k2[.-]?[5-9]/i.test(model)) return { outputCap: 32_768 };
  // An own name for own weights: engines' defaults differ (llama.cpp: 0.8), the advice does not.
  return selfHosted ? { temperature: 1 } : {};
}

interface Retirement {
  model: RegExp;
  date: string;
}

const RETIRED: readonly Retirement[] = [
  { model: /^kimi-k2-(thinking(-turbo)?|0711-preview|0905-preview|turbo-preview)$/, date: '2026-05-25' },
  { model: /^(kimi-k2\.5|moonshot-v1-.+)$/, date: '2026-08-31' },
];
const SUCCESSORS = 'kimi-k2.6, kimi-k2.7-code or kimi-k3';

/** For an id that Moonshot switched off on its own API: since when, and what there is instead. */
export function retirementOf(host: string, model: string): string | undefined {
  if (!/^api\.moonshot\.(ai|cn)$/.test(host)) return undefined;
  const date = RETIRED.find(r => r.model.test(model))?.date;
  if (!date) return undefined;
  const open = model.startsWith('kimi-k2-thinking')
    ? ' K2-Thinking itself runs on your own server or on another host, such as OpenRouter or Novita.'
    : '';
  return `${model} was retired ${date} on ${host}. It serves ${SUCCESSORS} now.${open}`;
}
