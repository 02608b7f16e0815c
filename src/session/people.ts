/** The people of one session: questions become recorded events, answers come back by nonce. */
import { type ApprovalAnswer, type Emit, type People, Unanswered } from '../agent/seams.ts';
import type { Answer, Offer } from '../protocol/approvals.ts';
import { PendingAnswers } from './pending.ts';
import type { TakeYes } from './recentlyAllowed.ts';

export interface SessionPeople extends People {
  /** Both: false when nothing waits under that call and nonce, or when it does not offer that answer. */
  approved(callId: string, nonce: string, answer: Answer, reason?: string): boolean;
  answered(callId: string, nonce: string, text: string): boolean;
}

interface Waiting {
  nonce: string;
  offers: readonly Offer[];
  reconsider(): Promise<void>;
}

export interface PeopleParts {
  emit: Emit;
  attended: boolean;
  /** What was answered before a crash, by call. */
  answers: ReadonlyMap<string, string>;
  takeYes: TakeYes;
  /** Which of the offers would spare the person most questions. */
  suggest(offers: readonly Offer[]): number | undefined;
}

export function createPeople({ emit, attended, answers, takeYes, suggest }: PeopleParts): SessionPeople {
  const approvals = new PendingAnswers<ApprovalAnswer>();
  const questions = new PendingAnswers<string>();
  const waiting = new Map<string, Waiting>();
  const needSomeone = () => {
    if (!attended) throw new Unanswered('Nobody is there to answer.');
  };
  return {
    approve: async ({ callId, preview, reasons, offers }, signal, again) => {
      if (takeYes(callId, preview, reasons)) return { answer: 'once' };
      return approvals
        .wait(callId, signal, async nonce => {
          const reconsider = async () => {
            const decision = await again();
            if (decision.verdict !== 'ask') approvals.answer(callId, nonce, { answer: 'decided', decision });
          };
          waiting.set(callId, { nonce, offers, reconsider });
          const suggested = suggest(offers);
          await emit({
            type: 'approval.requested',
            callId,
            nonce,
            preview,
            reasons,
            ...(offers.length > 0 && { offers }),
            ...(suggested !== undefined && { suggested }),
          });
          needSomeone();
        })
        .finally(() => waiting.delete(callId));
    },
    reconsider() {
      // A decision that fails leaves the question where it is: the person decides.
      for (const { reconsider } of waiting.values()) reconsider().catch(() => {});
    },
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
    approved(callId, nonce, answer, reason) {
      if (answer === 'once') return approvals.answer(callId, nonce, { answer });
      if (answer === 'deny') return approvals.answer(callId, nonce, { answer, reason });
      const asked = waiting.get(callId);
      const offer = asked?.nonce === nonce ? asked.offers[answer.offer] : undefined;
      return !!offer && approvals.answer(callId, nonce, { answer: 'rule', offer });
    },
    answered: (callId, nonce, text) => questions.answer(callId, nonce, text),
  };
}
