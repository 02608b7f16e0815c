/**
 * Whether the newest of a row of symbols repeat, with whatever period up to `LONGEST_PERIOD`. A new symbol costs the
 * same however many came before it: for each period only the length of the stretch that fits it is kept.
 */
export const LONGEST_PERIOD = 24;

export interface Cycle {
  /** How many symbols until it begins anew. The shortest that fits. */
  period: number;
  /** How often it was gone through. */
  laps: number;
  /** The newest symbol ends a lap. */
  ends: boolean;
}

export class Cycles {
  /** The newest last; no more than the longest period. */
  private recent: string[] = [];
  /** By period: how many symbols in a row, up to the newest, equal the one that stands a period before them. */
  private fits: number[] = Array(LONGEST_PERIOD + 1).fill(0);

  push(symbol: string): void {
    this.fits = this.fitsWith(symbol);
    this.recent.push(symbol);
    if (this.recent.length > LONGEST_PERIOD) this.recent.shift();
  }

  /** The cycle that was gone through `laps` times and holds the last `steps` symbols; `next`: as if that came now. */
  find({ laps, steps = 0 }: { laps: number; steps?: number }, next?: string): Cycle | undefined {
    const fits = next === undefined ? this.fits : this.fitsWith(next);
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      const found = Math.floor(fits[period]! / period) + 1;
      if (found >= laps && fits[period]! + period >= steps)
        return { period, laps: found, ends: fits[period]! % period === 0 };
    }
    return undefined;
  }

  clear(): void {
    this.recent = [];
    this.fits.fill(0);
  }

  private fitsWith(symbol: string): number[] {
    const { recent } = this;
    return this.fits.map((fits, period) =>
      period > 0 && recent[recent.length - period] === symbol ? fits + 1 : 0,
    );
  }
}
