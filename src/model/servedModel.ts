/** Asks a backend which model it serves, for people who named none. */
import type { Backend } from '../protocol/events.ts';
import { checkAddress } from './address.ts';
import { ModelError } from './client.ts';
import { keyRedactor } from './keyGuard.ts';
import { chooseModel, listedModels } from './modelChoice.ts';
import { openWire } from './openai.ts';

export interface ServedModelOptions {
  backend: Backend;
  apiKey: string | undefined;
  /** Taken where the backend does not list its models. */
  otherwise: string;
  fetch?: typeof fetch | undefined;
  signal: AbortSignal;
}

const LIST_TIMEOUT_MS = 15_000;
const SHOWN = 5;

/**
 * The backend as it is, or with the model it serves where it names none. Throws ModelError where several are served
 * and none of them looks like K2, and where the backend cannot be reached.
 */
export async function withServedModel(options: ServedModelOptions): Promise<Backend> {
  const { backend, otherwise, signal } = options;
  if (backend.model) return backend;
  const apiKey = options.apiKey?.trim() || undefined;
  const { host } = checkAddress(backend.baseUrl, apiKey);
  const redact = keyRedactor(apiKey);
  const wire = openWire({
    backend,
    place: { host, model: otherwise, redact },
    apiKey,
    fetch: options.fetch,
    answered() {},
  });
  const soon = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
  const ids = await wire.models(soon).then(listedModels, error => {
    signal.throwIfAborted();
    if (error instanceof ModelError && (error.kind === 'auth' || error.kind === 'network')) throw error;
    // Gateways often lack this path; the name they use may still be the usual one.
    return [];
  });
  const model = ids.length ? chooseModel(ids) : otherwise;
  if (model) return { ...backend, model };
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
  throw new ModelError(
    'unknownModel',
    `${host} serves several models (${ids.slice(0, SHOWN).join(', ')}${more}), and none of them looks like K2. Name one.`,
  );
}
