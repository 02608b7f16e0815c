/** The limits of one backend's model: the profile's, corrected by what the backend tells and by what it refuses. */
import { ModelError } from './client.ts';
import { orAborted } from './clock.ts';
import type { Profile } from './profiles.ts';
import { limitsToldBy, type ToldLimits } from './window.ts';

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
  /** An overflow showed that the window is smaller than believed. Never raises it. */
  lower(window: number): void;
}

export function createLimits(
  model: string,
  profile: Profile,
  list: (signal: AbortSignal) => Promise<unknown>,
): LimitsReader {
  let told: ToldLimits | undefined;
  let lowered = Number.POSITIVE_INFINITY;
  return {
    async read(signal) {
      told ??= limitsToldBy(await listOrNothing(list, signal), model);
      return {
        window: Math.min(lowered, told.window ?? profile.window),
        outputCap: Math.min(profile.outputCap, told.outputCap ?? profile.outputCap),
      };
    },
    lower(window) {
      lowered = Math.min(lowered, window);
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
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
    return await orAborted(() => list(soon), soon);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError && (error.status === 401 || error.kind === 'network')) throw error;
    return undefined;
  }
}
