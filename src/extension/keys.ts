/** API keys: in the editor's secret storage, one for each origin, handed to the model client and to nobody else. */
import { originOf } from './baseUrl.ts';

/** The part of vscode.SecretStorage that is used. */
export interface Secrets {
  get(name: string): Thenable<string | undefined>;
  store(name: string, value: string): Thenable<void>;
  delete(name: string): Thenable<void>;
}

export interface Keys {
  /** The key for this backend and no other; undefined for the stand-in. */
  get(baseUrl: string): Promise<string | undefined>;
  /** Undefined removes it. */
  set(baseUrl: string, key: string | undefined): Promise<void>;
}

/**
 * `ASCENT_API_KEY` counts for the origin of `ASCENT_BASE_URL` alone: a base URL from elsewhere (the settings) must
 * never redirect it.
 */
export function createKeys(secrets: Secrets, env: Record<string, string | undefined>): Keys {
  return {
    async get(baseUrl) {
      const origin = originOf(baseUrl);
      if (!origin) return undefined;
      const stored = await secrets.get(entry(origin));
      if (stored) return stored;
      return originOf(env.ASCENT_BASE_URL ?? '') === origin ? env.ASCENT_API_KEY || undefined : undefined;
    },
    async set(baseUrl, key) {
      const origin = originOf(baseUrl);
      if (!origin) return;
      if (key) await secrets.store(entry(origin), key);
      else await secrets.delete(entry(origin));
    },
  };
}

const entry = (origin: string) => `ascent.key:${origin}`;
