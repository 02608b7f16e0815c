/**
 * What a backend taught us that its profile leaves open, kept for the next client and the next start. Knows no keys,
 * no prompts and no paths: only how this backend counts and writes.
 */
import * as z from 'zod';
import { orAborted } from './clock.ts';

const tokens = z.number().int().positive();

const Facts = z.object({
  /** The key under which it writes reasoning. */
  reasoningKey: z.enum(['reasoning_content', 'reasoning', 'reasoning_details']).optional().catch(undefined),
  /** Its count of prompt tokens divided by our estimate. */
  ratio: z.number().positive().optional().catch(undefined),
  /** Limits as its models list told them last; tokens. */
  window: tokens.optional().catch(undefined),
  outputCap: tokens.optional().catch(undefined),
  /** A window that proved smaller than the one believed in then. `at`: milliseconds since the epoch. */
  lowered: z.object({ to: tokens, from: tokens, at: z.number() }).optional().catch(undefined),
});
export type Facts = z.infer<typeof Facts>;

/** Facts of one model behind one address. */
export interface Learnt {
  readonly facts: Readonly<Facts>;
  /** Must have resolved before `facts` are read; free after the first time. Throws only the signal's reason. */
  load(signal: AbortSignal): Promise<void>;
  learn(more: Facts): void;
}

/** Where facts outlive the process: JSON by origin. What was written last is read back, or nothing. */
export interface LearntStore {
  read(origin: string): Promise<unknown>;
  write(origin: string, facts: unknown): Promise<void>;
}

/** All that is known of one origin, by model id. */
const Known = z.record(z.string(), Facts);

/** `store`: where it is read from and kept; without it everything is forgotten with the client. */
export function createLearnt(store: LearntStore | undefined, baseUrl: string, model: string): Learnt {
  const origin = new URL(baseUrl).origin;
  let facts: Facts = {};
  let written: Facts = {};
  let loading: Promise<void> | undefined;

  const known = async () => Known.safeParse(await store?.read(origin)).data ?? {};

  async function load(): Promise<void> {
    written = (await known())[model] ?? {};
    facts = { ...written, ...facts };
  }

  async function save(): Promise<void> {
    written = facts;
    const others = await known();
    await store?.write(origin, { ...others, [model]: facts });
  }

  return {
    get facts() {
      return facts;
    },
    load(signal) {
      // Knowledge is a convenience: without it everything is learnt again.
      loading ??= load().catch(() => {});
      return orAborted(() => loading!, signal);
    },
    learn(more) {
      facts = { ...facts, ...more };
      if (store && isNews(written, facts)) void save().catch(() => {});
    },
  };
}

/** The ratio moves a little with each reply; only a real change is worth a write. */
function isNews(before: Facts, after: Facts): boolean {
  const { ratio: was = 1, ...rest } = before;
  const { ratio: is = 1, ...now } = after;
  return Math.abs(is / was - 1) > 0.05 || JSON.stringify(sorted(rest)) !== JSON.stringify(sorted(now));
}
const sorted = (facts: object) =>
  Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
