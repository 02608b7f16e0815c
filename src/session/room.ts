/** Room in the model's context, as far as a person has a hand in it: a summary now, and the last one taken back. */
import { limitOf } from '../agent/makeRoom.ts';
import { canSummarise } from '../agent/summarise.ts';
import { estimatePrompt } from '../model/estimate.ts';
import { SessionError } from './error.ts';
import type { Recorder } from './recorder.ts';
import type { SessionState } from './state.ts';

export interface Room {
  /**
   * From the next request on the model reads again what event `of` took away. Throws SessionError when that is not the
   * newest such event that stands, or when it would not fit.
   */
  takeBack(of: number): Promise<void>;
  /** A turn that does nothing but summarise what came before the last one. Resolves when it has begun. */
  summarise(): Promise<void>;
}

export interface RoomParts {
  state: SessionState;
  record: Recorder['record'];
  /** Tokens. Throws ModelError. */
  contextWindow(): Promise<number>;
  /** Throws SessionError while a turn runs. */
  beginSummary(): Promise<void>;
}

export function createRoom({ state, record, contextWindow, beginSummary }: RoomParts): Room {
  const { history } = state;
  return {
    async takeBack(of) {
      if (history.newestEdit === undefined)
        throw new SessionError('refused', 'There is nothing to take back.');
      if (history.newestEdit !== of)
        throw new SessionError('refused', 'Room was made again since. Take that back first.');
      const window = await contextWindow();
      const before = estimatePrompt(history.messages(), state.tools);
      const after = estimatePrompt(history.without(of), state.tools);
      if (after >= limitOf(window, true)) {
        const count = (tokens: number) => Math.round(tokens).toLocaleString('en');
        throw new SessionError(
          'refused',
          `It does not fit any more: with it the context would hold about ${count(after)} tokens, and the window of this backend has ${count(window)}. Nothing is lost: the model can look all of it up.`,
        );
      }
      await record({ type: 'context.restored', of, tokens: Math.max(0, after - before) });
    },
    async summarise() {
      if (!canSummarise(history)) throw new SessionError('refused', 'There is nothing to summarise yet.');
      await beginSummary();
    },
  };
}
