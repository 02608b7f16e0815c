/** The limits of one backend's model: the profile's, corrected by what the backend tells and by what it refuses. */
import { ModelError } from './client.ts';
import { orAborted } from './clock.ts';
import type { Learnt } from './learnt.ts';
import { listedModels } from './modelChoice.ts';
import type { Wire } from './openai.ts';
import type { Profile } from './profile.ts';
import { limitsToldBy, loadedWindow, type ToldLimits } from './window.ts';

/** GET /models is a courtesy: after this long without an answer the profile's figures have to do. */
const LIST_TIMEOUT_MS = 15_000;

export interface Limits {
  /** Tokens. */
  window: number;
  /** Tokens. */
  outputCap: number;
}

export interface LimitsReader {
  read(signal: AbortSignal): Promise<Limits>;
  /** The models that the backend lists, after the first `read`; empty where it lists none. */
  readonly listed: readonly string[];
  /** A reply came: the model is loaded by now. */
  answered(): void;
  /** An overflow showed that the window is smaller than believed. Never raises it. */
  lower(window: number): void;
}

/** A window that proved too large once is believed in again after this long: servers are started anew. */
const LOWERED_FOR_MS = 7 * 24 * 60 * 60_000;

/** What the loaded model has goes before what the list tells, that before what was learnt, and the profile comes last. */
export function createLimits(
  model: string,
  profile: Profile,
  wire: Pick<Wire, 'models' | 'beside'>,
  learnt: Learnt,
): LimitsReader {
  let told: ToldLimits | undefined;
  let listed: string[] = [];
  /** Of the model as it is loaded; tokens. */
  let loaded: number | undefined;
  let mayBeLoaded = true;
  const current = (): Limits => {
    const { window: toldBefore, outputCap: capBefore, lowered } = learnt.facts;
    const window = loaded ?? told?.window ?? toldBefore ?? profile.window;
    const holds = lowered?.from === window && Date.now() - lowered.at < LOWERED_FOR_MS;
    return {
      window: holds ? Math.min(lowered.to, window) : window,
      outputCap: Math.min(profile.outputCap, told?.outputCap ?? capBefore ?? profile.outputCap),
    };
  };
  return {
    async read(signal) {
      await learnt.load(signal);
      if (!told) {
        const list = await listOrNothing(wire.models, signal);
        told = limitsToldBy(list, model);
        listed = listedModels(list);
        const { window, outputCap } = told;
        learnt.learn({ ...(window && { window }), ...(outputCap && { outputCap }) });
      }
      const { loadedAt } = profile;
      if (loadedAt && !loaded && mayBeLoaded) {
        mayBeLoaded = false;
        loaded = loadedWindow(await orNothing(soon => wire.beside(loadedAt, soon), signal), model);
        if (loaded) learnt.learn({ window: loaded });
      }
      return current();
    },
    get listed() {
      return listed;
    },
    answered() {
      mayBeLoaded = true;
    },
    lower(window) {
      const { window: believed } = current();
      const from = loaded ?? told?.window ?? learnt.facts.window ?? profile.window;
      if (window < believed) learnt.learn({ lowered: { to: window, from, at: Date.now() } });
    },
  };
}

/**
 * A refused key or a backend that cannot be reached is told at once: the request that follows would meet the same.
 * Any other failure says nothing about chat (gateways often lack this path).
 */
async function listOrNothing(
  list: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  return orNothing(list, signal, error => {
    if (error instanceof ModelError && (error.status === 401 || error.kind === 'network')) throw error;
  });
}

/** Undefined for what failed, or took too long. Throws the signal's reason, and what `failed` throws. */
async function orNothing(
  read: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
  failed: (error: unknown) => void = () => {},
): Promise<unknown> {
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
    return await orAborted(() => read(soon), soon);
  } catch (error) {
    signal.throwIfAborted();
    failed(error);
    return undefined;
  }
}
