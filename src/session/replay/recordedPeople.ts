/** People who answer what the log says they answered, once it has come to that. How they are asked is real. */
import { isDeepStrictEqual } from 'node:util';
import type { Emit, People } from '../../agent/seams.ts';
import type { Offer } from '../../protocol/approvals.ts';
import type { EventOf, NewEvent, SessionEvent } from '../../protocol/events.ts';
import { createPeople } from '../people.ts';
import type { Tape } from './tape.ts';

export interface RecordedPeople extends People {
  /** A question has been recorded. */
  asked(event: NewEvent): void;
  /** Gives the answer that the log has next, if it is one. */
  answer(): void;
}

interface Question {
  nonce: string;
  offers: readonly Offer[];
}

export function recordedPeople(tape: Tape, emit: Emit): RecordedPeople {
  const { state } = tape;
  const questions = new Map<string, Question>();
  const peopleOf = (attended: boolean) =>
    createPeople({
      emit,
      attended,
      answers: state.answers,
      // Allowed just before the session moved: not asked again, as the tape shows.
      takeYes: callId => tape.next?.type === 'tool.decided' && tape.next.callId === callId,
      suggest: offers => state.oftenAllowed.suggest(offers),
    });
  const attended = peopleOf(true);
  const unattended = peopleOf(false);
  const whoAnswers = (callId: string) => (isAnswered(callId, tape) ? attended : unattended);

  return {
    approve: (request, ...rest) => whoAnswers(request.callId).approve(request, ...rest),
    reconsider: () => attended.reconsider(),
    ask: (callId, ...rest) => whoAnswers(callId).ask(callId, ...rest),
    asked(event) {
      if (event.type === 'question.asked') questions.set(event.callId, { nonce: event.nonce, offers: [] });
      if (event.type === 'approval.requested')
        questions.set(event.callId, { nonce: event.nonce, offers: event.offers ?? [] });
    },
    answer() {
      const { next } = tape;
      if (next?.type !== 'question.answered' && next?.type !== 'tool.decided') return;
      const question = questions.get(next.callId);
      if (!question) return;
      const { nonce, offers } = question;
      if (next.type === 'question.answered') attended.answered(next.callId, nonce, next.answer);
      else if (next.by !== 'person') attended.reconsider();
      else attended.approved(next.callId, nonce, answerIn(next, offers), next.reason);
    },
  };
}

function answerIn(
  { verdict, grant, grantedFor = 'session' }: EventOf<'tool.decided'>,
  offers: readonly Offer[],
) {
  if (verdict === 'deny') return 'deny';
  if (!grant) return 'once';
  const offer = offers.findIndex(
    ({ rule, destination }) => destination === grantedFor && isDeepStrictEqual(rule, grant),
  );
  return { offer };
}

/** False: nobody was there, and the turn ended because of it. */
function isAnswered(callId: string, tape: Tape): boolean {
  const all = [...tape.ahead()];
  const end = all.at(-1);
  const isUnanswered = end?.type === 'turn.ended' && end.reason === 'unanswered';
  return !isUnanswered || all.some(e => isAnswer(e) && e.callId === callId);
}

const isAnswer = (e: SessionEvent): e is EventOf<'question.answered' | 'tool.decided'> =>
  e.type === 'question.answered' || (e.type === 'tool.decided' && e.by === 'person');
