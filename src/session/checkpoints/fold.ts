/** What the log says about checkpoints: which were taken before which step, and which files the agent edited since when. */
import type { EventOf, SessionEvent } from '../../protocol/events.ts';

export interface Taken
  extends Pick<EventOf<'checkpoint.taken'>, 'turn' | 'when' | 'roots' | 'at' | 'undoes'> {
  /** Steps counted through the whole session, from 1; 0 for a restore. */
  step: number;
  /** What the step did, as titles of its calls. */
  did: string[];
}

export class CheckpointFold {
  readonly taken: Taken[] = [];
  /** Absolute path → index of the first checkpoint that holds it for sure: the one before its first edit. */
  readonly edited = new Map<string, number>();
  /** Steps of the session so far. */
  steps = 0;
  /** Steps of the turns before this one. */
  private earlier = 0;
  private readonly titles = new Map<string, string>();

  apply(e: SessionEvent): void {
    switch (e.type) {
      case 'turn.started':
        this.earlier = this.steps;
        break;
      case 'step.started':
        this.steps = this.earlier + e.step;
        break;
      case 'tool.planned':
        this.titles.set(e.callId, `${e.title.done} ${e.title.object}`);
        break;
      case 'checkpoint.taken': {
        const { turn, when, roots, at, undoes } = e;
        this.taken.push({ turn, when, roots, at, undoes, step: e.step && this.earlier + e.step, did: [] });
        break;
      }
      case 'tool.intent': {
        const last = this.taken.length - 1;
        this.taken[last]?.did.push(this.titles.get(e.callId) ?? 'Changed something');
        for (const effect of e.effects)
          if (effect.kind === 'file' && last >= 0 && !this.edited.has(effect.path))
            this.edited.set(effect.path, last);
      }
    }
  }

  /** Whether the changes of this step are covered already. */
  has(turn: string, step: number): boolean {
    return this.taken.some(t => t.turn === turn && t.when === 'before' && t.step === this.earlier + step);
  }
  /** Whether this turn changed something since its last closing checkpoint. */
  isOpen(turn: string): boolean {
    const last = this.taken.at(-1);
    return last?.turn === turn && last.when === 'before';
  }
}

/** What the agent (or a restore) did between two states; `after` is undefined where nobody took its end. */
export interface Segment {
  before: number;
  after: number | undefined;
}

/**
 * The agent's doings from checkpoint `from` on, oldest first. What people did between two of them lies in none, and
 * so is never undone.
 */
export function segmentsSince(taken: readonly Taken[], from: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = from; at < taken.length; at++) {
    const { turn, when } = taken[at]!;
    if (when === 'after') continue;
    let last = at;
    while (taken[last + 1]?.turn === turn && taken[last]!.when === 'before') last++;
    const closed = taken[last]!.when === 'after';
    const next = closed ? last : last + 1;
    segments.push({ before: at, after: next < taken.length ? next : undefined });
    at = closed ? last : next - 1;
  }
  return segments;
}
