/**
 * A recorded session as a tape: the events that came from outside the loop are applied as they are reached, those of the
 * loop are handed out one by one, and whoever stands in for model, tools and people waits for its turn on it.
 */
import type { SessionEvent } from '../../protocol/events.ts';
import { SessionState } from '../state.ts';

/** A turn begins, goes on or ends: the loop does not run across these. */
const BORDERS: ReadonlySet<SessionEvent['type']> = new Set(['turn.started', 'turn.resumed', 'turn.ended']);

const LOOP: ReadonlySet<SessionEvent['type']> = new Set([
  'step.started',
  'request.paid',
  'assistant.message',
  'tool.planned',
  'approval.requested',
  'tool.decided',
  'tool.intent',
  'tool.result',
  'question.asked',
  'question.answered',
  'plan.updated',
  'context.trimmed',
  'context.summarised',
]);
/** Notices that the loop makes: about the wire. */
const LOOP_NOTICES: ReadonlySet<string> = new Set(['retry', 'wire']);

export const isBorder = (e: SessionEvent): boolean => BORDERS.has(e.type);
export const isLoop = (e: SessionEvent): boolean =>
  LOOP.has(e.type) || (e.type === 'notice' && LOOP_NOTICES.has(e.code));
const isOutside = (e: SessionEvent): boolean => !isBorder(e) && !isLoop(e);

type Waiter = () => boolean;

export class Tape {
  readonly state = new SessionState();
  /** Counts whatever moves, so that a standstill can be seen. */
  progress = 0;
  /** How often a person took room back: the history is another one then. */
  takenBack = 0;
  private at = 0;
  private readonly events: readonly SessionEvent[];
  private waiters: Waiter[] = [];
  /** Told after each event that was applied. */
  onAdvance: () => void = () => {};

  constructor(events: readonly SessionEvent[]) {
    this.events = events;
  }

  /** What the log says next. */
  get next(): SessionEvent | undefined {
    return this.events[this.at];
  }

  /** What was applied last. */
  get last(): SessionEvent | undefined {
    return this.events[this.at - 1];
  }

  /** Events from here on, until the turn's run ends. */
  *ahead(): Generator<SessionEvent> {
    for (let i = this.at; i < this.events.length; i++) {
      const e = this.events[i]!;
      yield e;
      if (isBorder(e)) return;
    }
  }

  /** Applies the next event, and those from outside that follow it. */
  take(): void {
    const e = this.next;
    if (!e) return;
    this.at++;
    this.progress++;
    this.state.apply(e);
    this.skipOutside();
    this.onAdvance();
    this.wake();
  }

  /** Applies what came from outside, up to what the loop did next. */
  skipOutside(all = false): void {
    for (let e = this.next; e && isOutside(e); e = this.next) {
      if (!all && this.cameTooLate(e)) return;
      this.at++;
      this.state.apply(e);
      if (e.type === 'context.restored') this.takenBack++;
    }
  }

  /** Text that was recorded when the loop had seen the turn's end already. */
  private cameTooLate(e: SessionEvent): boolean {
    if (e.type !== 'user.message') return false;
    for (const later of this.ahead())
      if (!isOutside(later)) return later.type === 'turn.ended' && later.reason === 'done';
    return false;
  }

  /** Resolves once `look` finds something; looks again whenever the tape moves. What `look` throws, it throws. */
  until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = () => {
        this.waiters = this.waiters.filter(other => other !== waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = () => {
        try {
          const found = look();
          if (found === undefined) return false;
          resolve(found);
        } catch (error) {
          reject(error);
        }
        this.progress++;
        signal.removeEventListener('abort', abort);
        return true;
      };
      if (signal.aborted) return abort();
      if (waiter()) return;
      signal.addEventListener('abort', abort, { once: true });
      this.waiters.push(waiter);
    });
  }

  private wake(): void {
    const waiting = this.waiters;
    this.waiters = [];
    this.waiters = [...waiting.filter(waiter => !waiter()), ...this.waiters];
  }
}
