/**
 * Keeps a long run inside the window. Before a step that would not fit, earlier tool outputs are set aside at once; when
 * that is not enough, all but the newest part gives way to a summary that the model writes.
 */
import { estimateMessage } from '../model/estimate.ts';
import { promptTokens } from './promptTokens.ts';
import type { TurnInput } from './seams.ts';
import { isWorthSettingAside, newestReply, setAside } from './setAside.ts';
import { summarise } from './summarise.ts';

/** Tokens kept free for the reply and for the results of its calls. */
const RESERVE = 50_000;
/** Of a small window the reserve is no more than this part. */
const MOST_RESERVED = 0.25;
/** After a person took room back, the window is used up to this part of it. */
const FULL = 0.95;
/** Each edit costs the prefix cache, so it must free this part of the window: else it would come again every step. */
const WORTHWHILE = 0.05;

/** From so many tokens on room is made. */
export function limitOf(contextWindow: number, takenBack: boolean): number {
  return takenBack ? contextWindow * FULL : contextWindow - Math.min(RESERVE, contextWindow * MOST_RESERVED);
}

/** Makes room when the next request would leave too little of the window. Throws what `summarise` throws. */
export async function makeRoomIfNeeded(input: TurnInput, step: number): Promise<void> {
  const { history, model, signal } = input;
  const { contextWindow } = await model.info(signal);
  const limit = limitOf(contextWindow, history.roomTakenBack());
  if (promptTokens(input) < limit) return;
  const made = await setOutputsAside(input, contextWindow * WORTHWHILE);
  if (made && promptTokens(input) < limit) return;
  await summarise(input, { step, contextWindow });
}

/** After a backend refused the prompt as too long. False when nothing is left that could give way. */
export async function makeRoom(input: TurnInput, step: number): Promise<boolean> {
  if (await setOutputsAside(input)) return true;
  const { contextWindow } = await input.model.info(input.signal);
  return summarise(input, { step, contextWindow });
}

/** False when nothing was left to set aside, or less than `atLeast` tokens. */
async function setOutputsAside({ history, emit }: TurnInput, atLeast = 0): Promise<boolean> {
  const messages = history.messages();
  const older = messages.slice(0, newestReply(messages)).filter(isWorthSettingAside);
  const tokens = older.reduce(
    (sum, message) => sum + estimateMessage(message) - estimateMessage(setAside(message)),
    0,
  );
  if (older.length === 0 || tokens < atLeast) return false;
  await emit({ type: 'context.trimmed', results: older.length, tokens });
  return true;
}
