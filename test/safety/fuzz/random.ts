/** Chance that a seed repeats. */

/** A whole number from 0 to below the given one. */
export type Random = (below: number) => number;
export function numbers(start: number): Random {
  let state = start >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
export const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;
