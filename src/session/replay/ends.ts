/** Where a run of the loop ends in a log, why, and what a crash left to the recovery. */
import { GoingInCircles } from '../../agent/loopGuard.ts';
import { NOT_FINISHED } from '../../agent/runCalls.ts';
import type { NewEvent, SessionEvent } from '../../protocol/events.ts';
import { failureOf } from '../failure.ts';
import type { SessionState } from '../state.ts';
import { takesUp } from './recordedTools.ts';
import { isBorder, isLoop, type Tape } from './tape.ts';

/** Another run begins: the one before ended without a word. */
export const isResumed = (e: SessionEvent) => e.type === 'turn.resumed' || e.type === 'turn.started';

/** A person stopped the run here. */
export const isStop = (e: SessionEvent) =>
  (e.type === 'turn.ended' && e.reason === 'stopped') ||
  (e.type === 'tool.result' && e.content === NOT_FINISHED);

/** A person moved on after a crash: a stop gives each call its result. */
export const hasMovedOn = (next: SessionEvent, { state }: Tape): boolean =>
  next.type === 'turn.ended' && next.reason === 'stopped' && state.history.openCalls().length > 0;

/** The crash that is to come, or a person who moved on after one: what was open then, nobody finished. */
export function isCutOff(next: SessionEvent, tape: Tape): boolean {
  // A full disk, a bug: what ended the turn then is no part of the loop.
  const hasFailed = next.type === 'turn.ended' && next.reason === 'failed';
  return isResumed(next) || hasFailed || hasMovedOn(next, tape);
}

/** How the loop came to its end. */
export type Ended = { reason: Extract<NewEvent, { type: 'turn.ended' }>['reason'] } | { error: unknown };

/** The event with which a session records it. */
export function endOf(ended: Ended, state: SessionState): NewEvent {
  const turn = state.turn ?? '';
  if ('reason' in ended) return { type: 'turn.ended', turn, reason: ended.reason };
  const failure = failureOf(ended.error, state.backend);
  const reason = ended.error instanceof GoingInCircles ? 'stuck' : 'failed';
  return { type: 'turn.ended', turn, reason, failure };
}

/** What a loop that does not move is about. */
export function waitingFor({ state }: Tape): string {
  const calls = state.history.openCalls();
  if (calls.length) return `it waits for ${calls.map(call => `${call.name} (${call.id})`).join(', ')}`;
  return 'it waits for the model';
}

/** After a crash: takes what recovery found out about the calls and requests that were cut off. */
export function settle(tape: Tape): void {
  for (let e = tape.next; e && !isBorder(e); e = tape.next) {
    const settles = e.type === 'request.paid' || (e.type === 'tool.result' && isSettled(e.callId, tape));
    if (!settles && isLoop(e)) return;
    tape.take();
  }
}

/** A call with effects, of a tool that leaves it to the recovery. */
function isSettled(callId: string, { state }: Tape): boolean {
  const call = state.history.openCalls().find(({ id }) => id === callId);
  return !!call && !!state.intents.get(callId)?.effects.length && !takesUp(call.name, state.seen);
}
