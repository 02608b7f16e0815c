/** The people of one session: questions become recorded events, answers come back by nonce. */
import { type ApprovalAnswer, type Emit, type People, Unanswered } from '../agent/seams.ts';
import { PendingAnswers } from './pending.ts';

export interface SessionPeople extends People {
  /** Both: false when nothing waits under that call and nonce. */
  approved(callId: string, nonce: string, answer: ApprovalAnswer): boolean;
  answered(callId: string, nonce: string, text: string): boolean;
}

/** `answers`: what was answered before a crash, by call. */
export function createPeople(
  emit: Emit,
  attended: boolean,
  answers: ReadonlyMap<string, string>,
): SessionPeople {
  const approvals = new PendingAnswers<ApprovalAnswer>();
  const questions = new PendingAnswers<string>();
  const needSomeone = () => {
    if (!attended) throw new Unanswered('Nobody is there to answer.');
  };
  return {
    approve: ({ callId, preview, reasons, offer }, signal) =>
      approvals.wait(callId, signal, async nonce => {
        await emit({ type: 'approval.requested', callId, nonce, preview, reasons, offer });
        needSomeone();
      }),
    ask: async (callId, question, options, signal) => {
      const known = answers.get(callId);
      if (known !== undefined) return known;
      const answer = await questions.wait(callId, signal, async nonce => {
        await emit({ type: 'question.asked', callId, nonce, question, options });
        needSomeone();
      });
      await emit({ type: 'question.answered', callId, answer });
      return answer;
    },
    approved: (callId, nonce, answer) => approvals.answer(callId, nonce, answer),
    answered: (callId, nonce, text) => questions.answer(callId, nonce, text),
  };
}
