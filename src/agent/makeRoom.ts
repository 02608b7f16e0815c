/** Keeps a long run inside the window: before a step that would not fit, earlier tool outputs are set aside at once. */
import { estimateMessage, estimatePrompt } from '../model/estimate.ts';
import type { TurnInput } from './seams.ts';
import { setAside } from './setAside.ts';

/** Tokens kept free for the reply and for the results of its calls. */
const RESERVE = 50_000;
/** Of a small window the reserve is no more than this part. */
const MOST_RESERVED = 0.25;
/** Each edit costs the prefix cache, so it must free this part of the window: else it would come again every step. */
const WORTHWHILE = 0.05;

/** Makes room when the next request would leave too little of the window. */
export async function makeRoomIfNeeded(input: TurnInput): Promise<void> {
  const { contextWindow } = await input.model.info(input.signal);
  const limit = contextWindow - Math.min(RESERVE, contextWindow * MOST_RESERVED);
  if (promptTokens(input) >= limit) await makeRoom(input, contextWindow * WORTHWHILE);
}

/** False when nothing was left to set aside, or less than `atLeast` tokens. */
export async function makeRoom({ history, emit }: TurnInput, atLeast = 0): Promise<boolean> {
  const messages = history.messages();
  const changed = setAside(messages);
  if (changed.size === 0) return false;
  let tokens = 0;
  for (const [at, short] of changed) tokens += estimateMessage(messages[at]!) - estimateMessage(short);
  if (tokens < atLeast) return false;
  await emit({ type: 'context.trimmed', results: changed.size, tokens });
  return true;
}

/** What the backend counted last, and an estimate of what came since. */
function promptTokens({ history, tools }: TurnInput): number {
  const messages = history.messages();
  const counted = history.counted();
  if (!counted) return estimatePrompt(messages, tools.declarations);
  return messages.slice(counted.messages).reduce((sum, m) => sum + estimateMessage(m), counted.tokens);
}
