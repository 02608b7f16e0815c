/** What an attempt has used so far, should it come to nothing: a backend bills what it wrote, seen or not. */
import type { Usage } from '../protocol/message.ts';
import type { Chunk } from './chunk.ts';
import { estimateTokens } from './estimate.ts';

export interface Meter {
  see(piece: Chunk): void;
  /**
   * The backend's own count where it came, else `promptTokens` and an estimate of the output. Undefined when the
   * answer never began: refused requests cost nothing.
   */
  used(promptTokens: number): Usage | undefined;
}

/** For one attempt. */
export function createMeter(): Meter {
  let begun = false;
  let told: Usage | undefined;
  const written: string[] = [];
  return {
    see(piece) {
      begun = true;
      told = piece.usage ?? told;
      written.push(piece.reasoning?.text ?? '', piece.text ?? '');
      for (const call of piece.calls) written.push(call.name ?? '', call.arguments ?? '');
    },
    used(promptTokens) {
      if (!begun) return undefined;
      const completionTokens = estimateTokens(written.join(''));
      return told ?? { promptTokens, cachedTokens: 0, completionTokens, estimated: true };
    },
  };
}
