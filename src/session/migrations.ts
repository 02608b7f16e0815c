/**
 * The log's versions. A log keeps the bytes it was written with: what an earlier version wrote is brought to today's
 * shapes each time it is read. The first writer of a later version appends `session.upgraded`; what follows it has that
 * version's shapes already.
 *
 * A new version: raise `VERSION` (and the literal in `session.started`), add the step from the version before to
 * `STEPS`, and a log of that version to test/session/migrations.test.ts. Only a change that the folds cannot read past
 * needs one: new events and new optional fields do not.
 */
import { SessionError } from './error.ts';

/** What is written today. */
export const VERSION = 1;

/** An event as it lies in a log of any version. */
export interface RawEvent {
  type: string;
  seq: number;
  at: number;
  [field: string]: unknown;
}

/** One event of version n as an event of version n + 1. Made anew for each log, so that it may remember. */
type Step = () => (event: RawEvent) => RawEvent;

const STEPS: readonly Step[] = [limitPerTurn];

/** 0 → 1: the step limit stood once in `session.started`; now each turn says its own. */
function limitPerTurn(): (event: RawEvent) => RawEvent {
  let limit: unknown;
  return event => {
    if (event.type === 'turn.started') return { ...event, maxSteps: event.maxSteps ?? limit };
    if (event.type !== 'session.started') return event;
    const { maxSteps, ...rest } = event;
    limit = maxSteps;
    return rest;
  };
}

export interface Migration {
  /** To be called with every event of one log, in order. Throws SessionError `newer` for what a later version wrote. */
  next(event: RawEvent): RawEvent;
  /** Of the events seen last. */
  readonly version: number;
}

export function migration(): Migration {
  let version = VERSION;
  let steps: ReturnType<Step>[] = [];
  const become = (next: number) => {
    if (next > VERSION)
      throw new SessionError(
        'newer',
        `This session was written by a later version of Ascent (its log has version ${next}, this Ascent reads up to ${VERSION}). Update Ascent to open it.`,
      );
    version = next;
    steps = STEPS.slice(version).map(step => step());
  };
  return {
    get version() {
      return version;
    },
    next(event) {
      if (event.type === 'session.started') become(startedWith(event));
      if (event.type === 'session.upgraded' && isVersion(event.version)) become(event.version);
      if (!steps.length) return event;
      const today = steps.reduce((e, step) => step(e), event);
      return today.type === 'session.started' ? { ...today, version: VERSION } : today;
    },
  };
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** The first logs carried no number, or a 1 too early: their own place for the limit gives them away. */
function startedWith({ version, maxSteps }: RawEvent): number {
  return isVersion(version) && maxSteps === undefined ? version : 0;
}
