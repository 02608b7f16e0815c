/** One call that asks: what would happen, why it asks, and the answers. */
import { useRef, useState } from 'preact/hooks';
import type { Answer } from '../../protocol/approvals.ts';
import type { PendingApproval } from '../../protocol/transcript.ts';
import { toast } from '../state/store.ts';
import { post } from '../vscode.ts';
import { AllowFor, AnswerButton, Asked, DenyReason, questionOf, Suggestion } from './approval-parts.tsx';
import { onCardKey, useCardFocus, useGuard } from './guard.ts';
import { Icon } from './icon.tsx';

export function ApprovalCard({ asked, more }: { asked: PendingApproval; more: string }) {
  const { callId, nonce, title, offers, suggested } = asked;
  const { counts, ready } = useGuard();
  const allow = useRef<HTMLButtonElement>(null);
  const [saying, setSaying] = useCardFocus(allow);
  const [sent, setSent] = useState(false);

  // The host said that something went wrong: let the person answer again.
  const isSent = sent && toast.value?.level !== 'error';
  const answer = (e: Event, what: Answer, reason?: string) => {
    e.preventDefault();
    if (isSent || !counts(e)) return;
    if (toast.value?.level === 'error') toast.value = undefined;
    post({ type: 'approve', callId, nonce, answer: what, ...(reason ? { reason } : {}) });
    setSent(true);
  };
  const onKeyDown = (e: KeyboardEvent) =>
    onCardKey(e, {
      back: () => (saying ? setSaying(false) : answer(e, 'deny')),
      yes: () => answer(e, 'once'),
    });
  const state = { disabled: isSent, unready: !ready };
  const offered = suggested === undefined ? undefined : offers[suggested];

  return (
    <section class="ask approval" aria-label={`Approval: ${title.ask} ${title.object}`} onKeyDown={onKeyDown}>
      <h2>
        <Icon name="shield" tone="warning" />
        <span class="ask-title">{questionOf(asked)}?</span>
        {more && <span class="meta">{more}</span>}
      </h2>
      <div class="ask-body">
        <Asked asked={asked} />
      </div>
      {offered && !saying && (
        <Suggestion offer={offered} {...state} onAccept={e => answer(e, { offer: suggested! })} />
      )}
      {saying ? (
        <DenyReason
          onDeny={(e, reason) => answer(e, 'deny', reason)}
          onBack={() => setSaying(false)}
          disabled={isSent}
        />
      ) : (
        <div class="buttons">
          <AnswerButton kind="primary" buttonRef={allow} {...state} onClick={e => answer(e, 'once')}>
            Allow once
          </AnswerButton>
          {offers.length > 0 && <AllowFor offers={offers} {...state} onAnswer={answer} />}
          <AnswerButton kind="secondary" {...state} onClick={e => answer(e, 'deny')}>
            Deny
          </AnswerButton>
          <button type="button" class="link" disabled={isSent} onClick={() => setSaying(true)}>
            Deny with reason
          </button>
        </div>
      )}
    </section>
  );
}
