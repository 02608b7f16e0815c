/**
 * Runs the loop again on what a session's model, tools and people said, and compares each event it produces with the
 * recorded one. Real: `runTurn` with all it calls, the history and all other folds, the loop guard, the context rule, the
 * tools' schemas, how people are asked. Recorded: replies, results, decisions, answers, and when what happened.
 *
 * Nothing is touched and nothing waits for time: when no part can move, the log is at odds with the loop.
 */
import { setImmediate as macrotask } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { GoingInCircles } from '../../agent/loopGuard.ts';
import { NOT_FINISHED } from '../../agent/runCalls.ts';
import { runTurn } from '../../agent/runTurn.ts';
import { type Emit, type People, StoppedByPerson } from '../../agent/seams.ts';
import { summaryTurn } from '../../agent/summarise.ts';
import type { Offer } from '../../protocol/approvals.ts';
import type { EventOf, NewEvent, SessionEvent } from '../../protocol/events.ts';
import { failureOf } from '../failure.ts';
import { createPeople, type SessionPeople } from '../people.ts';
import { type Difference, differenceOf, missing } from './difference.ts';
import { RecordedEnd, recordedModel } from './recordedModel.ts';
import { recordedTools, takesUp } from './recordedTools.ts';
import { isBorder, isLoop, Tape } from './tape.ts';

export interface Verdict {
  /** The first difference; undefined: the loop does now what it did then. */
  difference: Difference | undefined;
  /** Events that were compared, and requests that were made. */
  compared: number;
  requests: number;
  /** The log ends within a turn: it was cut off there, or still runs. */
  open: boolean;
}

/** Turns without progress after which nothing will move any more. */
const STANDSTILL = 3;

export async function verifySession(events: readonly SessionEvent[]): Promise<Verdict> {
  const tape = new Tape(events);
  let difference: Difference | undefined;
  let compared = 0;
  const model = recordedModel(tape, index => {
    difference ??= {
      seq: tape.next?.seq,
      kind: 'prefix',
      text: `The request before event ${tape.next?.seq ?? 'the end'} does not begin with the request before it: message ${index} is another, and no event says so.`,
    };
  });
  let open = false;

  tape.skipOutside(true);
  while (tape.next && !difference) {
    const e = tape.next;
    tape.take();
    if (e.type === 'turn.resumed') settle(tape);
    if (e.type === 'turn.started' || e.type === 'turn.resumed') open = !(await runOnce());
    else if (isLoop(e)) difference ??= missing(e, undefined, 'no turn is running');
    tape.skipOutside(true);
  }
  return { difference, compared, requests: model.requests, open };

  /** One run of the loop, to its end or to where it was cut off. False: the log ends within it. */
  async function runOnce(): Promise<boolean> {
    const { state } = tape;
    const abort = new AbortController();
    const { signal } = abort;
    /** Events that the loop wants to record, and that the log has not reached. */
    const held = new Set<NewEvent>();
    const asked = new Map<string, Asked>();
    const never = new Promise<never>(() => {});

    const record = async (event: NewEvent): Promise<void> => {
      if (difference || isCut(signal)) return never;
      if (isElsewhere(event)) {
        held.add(event);
        await tape.until(() => (isElsewhere(event) ? undefined : true), neverAborted);
        held.delete(event);
      }
      // The log ends, or a crash is to come: both kept this from being recorded.
      if (!tape.next || isResumed(tape.next)) return never;
      difference ??= differenceOf(tape.next, event);
      if (difference) return never;
      if (event.type === 'question.asked') asked.set(event.callId, { nonce: event.nonce, offers: [] });
      if (event.type === 'approval.requested')
        asked.set(event.callId, { nonce: event.nonce, offers: event.offers ?? [] });
      if (event.type === 'context.trimmed' || event.type === 'context.summarised') model.cutPrefix();
      compared++;
      tape.take();
      if (isStopDue()) abort.abort(new StoppedByPerson());
    };
    /** Calls that overlap may record in any order: one waits for the other, as it did then. */
    const isElsewhere = (event: NewEvent) => {
      const { next } = tape;
      if (!('callId' in event) || !next || !('callId' in next)) return false;
      return next.callId !== event.callId && state.history.openCalls().some(call => call.id === next.callId);
    };
    const isStopDue = () => {
      const { next } = tape;
      return next?.type === 'turn.ended' && next.reason === 'stopped' && !state.history.openCalls().length;
    };
    const emit: Emit = Object.assign(record, { live: () => {} });
    const peopleOf = (isThere: boolean) =>
      createPeople({
        emit,
        attended: isThere,
        answers: state.answers,
        // Allowed just before the session moved: not asked again, as the tape shows.
        takeYes: callId => tape.next?.type === 'tool.decided' && tape.next.callId === callId,
        suggest: offers => state.oftenAllowed.suggest(offers),
      });
    const attended = peopleOf(true);
    const unattended = peopleOf(false);
    const people: People = {
      approve: (request, ...rest) =>
        (isAnswered(request.callId) ? attended : unattended).approve(request, ...rest),
      reconsider: () => attended.reconsider(),
      ask: (callId, ...rest) => (isAnswered(callId) ? attended : unattended).ask(callId, ...rest),
    };
    /** Nobody was there: the turn ended because of it. */
    const isAnswered = (callId: string) => {
      const all = [...tape.ahead()];
      const end = all.at(-1);
      const isUnanswered = end?.type === 'turn.ended' && end.reason === 'unanswered';
      return !isUnanswered || all.some(e => isAnswer(e) && e.callId === callId);
    };
    tape.onAdvance = () => answerFor(attended, tape.next, asked);

    if (isStopDue()) abort.abort(new StoppedByPerson());
    // A turn that nobody said anything for, after an answer: a person asked for a summary.
    const isSummary =
      tape.next?.type === 'context.summarised' && state.history.messages().at(-1)?.role === 'assistant';
    const work = isSummary ? summaryTurn : runTurn;
    let done: { reason: SessionEvent | NewEvent } | { error: unknown } | undefined;
    const { tools, decide } = recordedTools(tape, signal);
    const turn = {
      id: state.turn ?? '',
      sessionId: state.transcript.head.id,
      step: state.steps,
      maxSteps: state.transcript.head.maxSteps,
    };
    void work({
      turn,
      history: state.history,
      guard: state.guard,
      begun: callId => state.intents.get(callId),
      keep: async () => tape.next?.type === 'tool.decided' && tape.next.grant !== undefined,
      model,
      tools,
      decide,
      people,
      emit,
      signal,
    }).then(
      reason => {
        done = { reason: { type: 'turn.ended', turn: turn.id, reason } };
      },
      error => {
        done = { error };
      },
    );

    for (let still = 0; !done && !difference; ) {
      const before = tape.progress;
      await macrotask();
      still = tape.progress === before ? still + 1 : 0;
      if (still < STANDSTILL || done) continue;
      still = 0;
      const { next } = tape;
      if (!next) return false;
      if (isCutOff(next)) {
        abort.abort(new Error('The session was cut off here.'));
        if (next.type === 'turn.ended') tape.take();
        return true;
      }
      if (!signal.aborted && isStop(next)) abort.abort(new StoppedByPerson());
      else difference = missing(next, [...held][0], waitingFor(tape));
    }
    if (difference || !done) return true;
    tape.skipOutside(true);
    const end = endOf(done);
    const recorded = tape.next;
    const isOutside = 'error' in done && done.error instanceof RecordedEnd;
    if (!recorded) return false;
    if (isResumed(recorded)) return true;
    if (!isOutside) difference = differenceOf(recorded, end);
    if (difference) return true;
    compared++;
    tape.take();
    return true;
  }

  function endOf(done: { reason: SessionEvent | NewEvent } | { error: unknown }): NewEvent {
    if ('reason' in done) return done.reason as NewEvent;
    const failure = failureOf(done.error, tape.state.backend);
    const reason = done.error instanceof GoingInCircles ? 'stuck' : 'failed';
    return { type: 'turn.ended', turn: tape.state.turn ?? '', reason, failure };
  }

  /** The crash that is to come, or a person who moved on after one: what was open then, nobody finished. */
  function isCutOff(next: SessionEvent): boolean {
    if (isResumed(next)) return true;
    if (next.type !== 'turn.ended') return false;
    // A full disk, a bug: what ended the turn then is no part of the loop.
    if (next.reason === 'failed') return true;
    return next.reason === 'stopped' && tape.state.history.openCalls().length > 0;
  }
}

/** Another run begins: the one before ended without a word. */
const isResumed = (e: SessionEvent) => e.type === 'turn.resumed' || e.type === 'turn.started';
const neverAborted = new AbortController().signal;
const isCut = (signal: AbortSignal) => signal.aborted && !(signal.reason instanceof StoppedByPerson);

const isAnswer = (e: SessionEvent): e is EventOf<'question.answered' | 'tool.decided'> =>
  e.type === 'question.answered' || (e.type === 'tool.decided' && e.by === 'person');

const isStop = (e: SessionEvent) =>
  (e.type === 'turn.ended' && e.reason === 'stopped') ||
  (e.type === 'tool.result' && e.content === NOT_FINISHED);

interface Asked {
  nonce: string;
  offers: readonly Offer[];
}

/** The person's answer, or what made one needless, once the log has come to it. */
function answerFor(
  people: SessionPeople,
  next: SessionEvent | undefined,
  asked: ReadonlyMap<string, Asked>,
): void {
  if (next?.type !== 'question.answered' && next?.type !== 'tool.decided') return;
  const question = asked.get(next.callId);
  if (!question) return;
  const { nonce, offers } = question;
  if (next.type === 'question.answered') {
    people.answered(next.callId, nonce, next.answer);
    return;
  }
  if (next.by !== 'person') {
    people.reconsider();
    return;
  }
  const { callId, verdict, grant, grantedFor = 'session', reason } = next;
  const offer = offers.findIndex(
    ({ rule, destination }) => destination === grantedFor && isDeepStrictEqual(rule, grant),
  );
  const answer = verdict === 'deny' ? 'deny' : grant ? { offer } : 'once';
  people.approved(callId, nonce, answer, reason);
}

/** After a crash: what recovery found out about the calls and requests that were cut off. */
function settle(tape: Tape): void {
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

function waitingFor({ state }: Tape): string {
  const calls = state.history.openCalls();
  if (calls.length) return `it waits for ${calls.map(call => `${call.name} (${call.id})`).join(', ')}`;
  return 'it waits for the model';
}
