/**
 * Finds model servers that run on this machine: asks the usual ports of the engines what they list. Only this machine
 * is asked, no key goes out, and what answers late or strangely is left out.
 */
import { asArray, asObject, asString, parseJson } from './json.ts';
import { chooseModel, listedModels } from './modelChoice.ts';
import type { Profile } from './profile.ts';
import { CUSTOM, PROFILES } from './profiles.ts';

export interface RunningBackend {
  profile: Profile;
  baseUrl: string;
  /** Every model it lists. */
  models: string[];
  /** The one to use, where the list tells. */
  model: string | undefined;
  /** As the server tells it. */
  version: string | undefined;
}

export interface DiscoverOptions {
  fetch?: typeof fetch | undefined;
  signal: AbortSignal;
  /** A server of this machine answers sooner; milliseconds. */
  timeoutMs?: number | undefined;
  ports?: readonly number[] | undefined;
}

const TIMEOUT_MS = 1_500;
/** `ascent standin` listens here unless told otherwise. */
const STANDIN_PORT = 8399;

export const USUAL_PORTS: readonly number[] = [
  ...new Set(PROFILES.flatMap(({ ports }) => ports)),
  STANDIN_PORT,
];

/** In the order of the ports. Rejects only with the signal's reason. */
export async function discoverBackends(options: DiscoverOptions): Promise<RunningBackend[]> {
  const { signal, timeoutMs = TIMEOUT_MS, ports = USUAL_PORTS } = options;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const get = createGet(options.fetch ?? fetch, limit);
  const found = await Promise.all(ports.map(port => lookAt(port, get)));
  signal.throwIfAborted();
  return found.filter(backend => backend !== undefined);
}

interface Answer {
  body: unknown;
  server: string;
}
type Get = (url: string) => Promise<Answer | undefined>;

/** Undefined for whatever is not a JSON answer in time. */
function createGet(send: typeof fetch, signal: AbortSignal): Get {
  return async url => {
    try {
      const response = await send(url, {
        signal,
        redirect: 'error',
        headers: { accept: 'application/json' },
      });
      if (!response.ok) {
        await response.body?.cancel();
        return undefined;
      }
      const body = parseJson(await response.text());
      return body === undefined ? undefined : { body, server: response.headers.get('server') ?? '' };
    } catch {
      return undefined;
    }
  };
}

async function lookAt(port: number, get: Get): Promise<RunningBackend | undefined> {
  const origin = `http://127.0.0.1:${port}`;
  const listed = await get(`${origin}/v1/models`);
  if (!listed || !Array.isArray(asObject(listed.body)?.data)) return undefined;
  const models = listedModels(listed.body);
  const { id, version } = await engineAt(origin, port, listed, get);
  const profile = PROFILES.find(known => known.id === id) ?? CUSTOM;
  return { profile, baseUrl: `${origin}/v1`, models, model: chooseModel(models), version };
}

/** `owned_by` of the listed models, by engine. */
const OWNERS: Readonly<Record<string, string>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  llamacpp: 'llamacpp',
  library: 'ollama',
  organization_owner: 'lmstudio',
  'stand-in': 'standin',
};

/**
 * The engine says who it is in the owner of its models or in its `Server` header; Ollama and vLLM also under a path
 * of their own for the version (`/api/version`, `/version`). The port is the last hint. KTransformers serves through
 * SGLang, so its port decides between the two.
 */
async function engineAt(origin: string, port: number, { body, server }: Answer, get: Get) {
  const [first] = asArray(asObject(body)?.data).map(asObject);
  const owner = asString(first?.owned_by)?.toLowerCase() ?? '';
  const byPort = PROFILES.find(({ ports }) => ports.includes(port))?.id;
  const told = OWNERS[owner] ?? (/llama\.cpp/i.test(server) ? 'llamacpp' : undefined);
  if (told === 'sglang' && byPort === 'ktransformers') return { id: byPort, version: undefined };
  if (told === 'ollama' || !told) {
    const version = await versionAt(`${origin}/api/version`, get);
    if (version) return { id: 'ollama', version };
  }
  if (told === 'vllm' || !told) {
    const version = await versionAt(`${origin}/version`, get);
    if (version) return { id: told ?? (first?.max_model_len === undefined ? byPort : 'vllm'), version };
  }
  return { id: told ?? byPort, version: undefined };
}

async function versionAt(url: string, get: Get): Promise<string | undefined> {
  const version = asString(asObject((await get(url))?.body)?.version);
  return version && /^[\w.+-]{1,40}$/.test(version) ? version : undefined;
}
