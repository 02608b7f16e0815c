/** The model's limits as its backend tells them in GET /models: each engine under a name of its own. */
import { asArray, asNumber, asObject, asString, type Json } from './json.ts';

export interface ToldLimits {
  /** Tokens. */
  window: number | undefined;
  /** Tokens. */
  outputCap: number | undefined;
}

/**
 * `context_length` (Moonshot, OpenRouter, and what a router's chosen provider takes), `max_model_len` (vLLM, SGLang),
 * `meta.n_ctx` or `n_ctx_train` (llama.cpp), `loaded_context_length` (LM Studio), `metadata.context_length` (DeepInfra). The smallest wins where several stand.
 */
export function limitsToldBy(list: unknown, model: string): ToldLimits {
  const entries = asArray(asObject(list)?.data ?? asObject(list)?.models ?? list);
  const models = entries.map(asObject).filter(m => m !== undefined);
  // A server with one model answers to any name for it.
  const found = models.find(m => nameOf(m) === model) ?? (models.length === 1 ? models[0] : undefined);
  if (!found) return { window: undefined, outputCap: undefined };
  const provider = asObject(found.top_provider);
  const meta = asObject(found.meta);
  const metadata = asObject(found.metadata);
  const windows = [
    found.context_length,
    provider?.context_length,
    metadata?.context_length,
    found.max_model_len,
    found.context_window,
    found.loaded_context_length ?? found.max_context_length,
    meta?.n_ctx ?? meta?.n_ctx_train,
  ];
  return {
    window: least(windows),
    outputCap: least([found.max_completion_tokens, provider?.max_completion_tokens]),
  };
}

/**
 * The window of a loaded model, in tokens, as Ollama tells it at /api/ps (`models[].context_length`) and LM Studio at
 * /api/v0/models (`data[].loaded_context_length`), both of loaded models alone, and llama.cpp at /props
 * (`default_generation_settings.n_ctx`, of each slot).
 */
export function loadedWindow(body: unknown, model: string): number | undefined {
  const root = asObject(body);
  const settings = asObject(root?.default_generation_settings);
  const loaded = asArray(root?.models ?? root?.data)
    .map(asObject)
    .find(each => each && [model, `${model}:latest`].includes(nameOf(each) ?? ''));
  return least([settings?.n_ctx, loaded?.context_length, loaded?.loaded_context_length]);
}

const nameOf = (model: Json) => asString(model.id) ?? asString(model.name);

function least(values: unknown[]): number | undefined {
  const numbers = values
    .map(asNumber)
    .filter(n => n !== undefined)
    .filter(n => n > 0);
  return numbers.length ? Math.min(...numbers) : undefined;
}
