/** The stand-in as an address: `standin:`, `standin:long-run`, `standin:?speed=0`. For the embedded default and tests. */
import { createStandin, type Standin } from './standin.ts';

/**
 * `standin:[SCENARIO][?speed=TOKENS_PER_SECOND&window=TOKENS]`; a speed of 0 means no delay. It serves whatever model it is asked
 * for by that name. Throws for an unknown scenario.
 */
export function standinAt(address: string, model: string): Standin {
  const url = new URL(address);
  const speed = url.searchParams.get('speed');
  const window = url.searchParams.get('window');
  return createStandin({
    models: [model],
    scenario: url.pathname || undefined,
    tokensPerSecond: speed === null ? undefined : Number(speed),
    contextWindow: window === null ? undefined : Number(window),
  });
}
