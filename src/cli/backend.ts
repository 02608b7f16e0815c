/** Which backend the command line means: its options, the environment, the stand-in. */
import { ModelError } from '../model/client.ts';
import { profileFor } from '../model/profileOf.ts';
import { CUSTOM, PROFILES } from '../model/profiles.ts';
import { withServedModel } from '../model/servedModel.ts';
import type { Backend } from '../protocol/events.ts';
import { UsageError } from './args.ts';

export interface BackendOptions {
  'base-url'?: string | undefined;
  model?: string | undefined;
  profile?: string | undefined;
  'api-key-env'?: string | undefined;
}

const STAND_IN = 'standin:';
const DEFAULT_MODEL = 'kimi-k2-thinking';

export const apiKeyOf = (options: BackendOptions, env: NodeJS.ProcessEnv) =>
  env[options['api-key-env'] ?? 'ASCENT_API_KEY'];

/** The model is empty where nobody named one, see `served`. Throws UsageError when the address makes no sense. */
export function backendOf(options: BackendOptions, env: NodeJS.ProcessEnv): Backend {
  const baseUrl = options['base-url'] ?? (env.ASCENT_BASE_URL || STAND_IN);
  const model = options.model ?? env.ASCENT_MODEL ?? '';
  if (baseUrl.startsWith(STAND_IN))
    return { baseUrl, model: model || DEFAULT_MODEL, profile: 'standin', standIn: true };
  const url = URL.parse(baseUrl);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(`"${baseUrl}" is not a backend's address. It looks like http://127.0.0.1:8000/v1.`);
  }
  const profile = knownProfile(options.profile ?? env.ASCENT_PROFILE) ?? profileFor(baseUrl).id;
  return { baseUrl, model, profile, standIn: false };
}

/** Empty is none, as everywhere in the environment. */
function knownProfile(name: string | undefined): string | undefined {
  const known = [...PROFILES.map(profile => profile.id), CUSTOM.id];
  if (name && !known.includes(name))
    throw new UsageError(`There is no profile "${name}". Known: ${known.join(', ')}.`);
  return name || undefined;
}

/** A session's own backend, but for what the options name: the environment does not move a session. */
export function renamedBackend(own: Backend, options: BackendOptions, env: NodeJS.ProcessEnv): Backend {
  const { 'base-url': baseUrl, model = own.model, profile = own.profile } = options;
  if (baseUrl !== undefined && baseUrl !== own.baseUrl) return backendOf(options, env);
  knownProfile(options.profile);
  return own.standIn ? own : { ...own, model, profile };
}

/** With the model that the backend serves, where nobody named one. Throws ModelError. */
export const served = (backend: Backend, apiKey: string | undefined, signal: AbortSignal): Promise<Backend> =>
  withServedModel({ backend, apiKey, otherwise: DEFAULT_MODEL, signal });

/** As `served`; a backend that is away or refuses the key is left for the run to meet, which tells what to do. */
export async function servedIfTold(backend: Backend, apiKey: string | undefined): Promise<Backend> {
  try {
    return await served(backend, apiKey, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind === 'unknownModel') throw error;
    return { ...backend, model: DEFAULT_MODEL };
  }
}
