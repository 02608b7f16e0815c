/** Several calls of one reply that ask together: each with all it would do, answered one by one or at once. */
import { useRef, useState } from 'preact/hooks';
import type { Answer } from '../../protocol/approvals.ts';
import type { PendingApproval } from '../../protocol/transcript.ts';
import { toast } from '../state/store.ts';
import { post } from '../vscode.ts';
import { AllowFor, AnswerButton, Asked, DenyReason, questionOf } from './approval-parts.tsx';
import { onCardKey, useCardFocus, useGuard, useReadThrough } from './guard.ts';
import { Icon } from './icon.tsx';

export function ApprovalsCard({ asked }: { asked: readonly PendingApproval[] }) {
  const nonces = asked.map(one => one.nonce).join();
  const list = useRef<HTMLOListElement>(null);
  const isRead = useReadThrough(list, nonces);
  // What came, went or changed its meaning is under the pointer: the time to read runs anew.
  const { counts, ready } = useGuard(`${nonces} ${isRead}`);
  const allow = useRef<HTMLButtonElement>(null);
  const [saying, setSaying] = useCardFocus(allow);
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set());

  const isAgain = toast.value?.level === 'error';
  const isSent = (one: PendingApproval) => sent.has(one.nonce) && !isAgain;
  const open = asked.filter(one => !isSent(one));
  const answer = (e: Event, which: readonly PendingApproval[], what: Answer, reason?: string) => {
    e.preventDefault();
    if (!counts(e)) return;
    if (isAgain) toast.value = undefined;
    for (const { callId, nonce } of which)
      post({ type: 'approve', callId, nonce, answer: what, ...(reason ? { reason } : {}) });
    setSent(new Set([...(isAgain ? [] : sent), ...which.map(one => one.nonce)]));
  };
  const readOn = () => list.current?.scrollBy({ top: list.current.clientHeight * 0.9 });
  const onKeyDown = (e: KeyboardEvent) =>
    onCardKey(e, {
      back: () => (saying ? setSaying(false) : answer(e, open, 'deny')),
      yes: () => (isRead ? answer(e, open, 'once') : readOn()),
    });
  const all = { disabled: open.length === 0, unready: !ready };

  return (
    <section
      class="ask approval several"
      aria-label={`Approval: ${asked.length} calls`}
      onKeyDown={onKeyDown}
    >
      <h2>
        <Icon name="shield" tone="warning" />
        <span class="ask-title">Allow these {asked.length} calls?</span>
        <span class="meta">run in this order</span>
      </h2>
      <ol class="ask-body" ref={list}>
        {asked.map((one, i) => (
          <Item
            key={one.nonce}
            asked={one}
            number={i + 1}
            disabled={isSent(one)}
            unready={!ready}
            onAnswer={(e, what) => answer(e, [one], what)}
          />
        ))}
      </ol>
      {saying ? (
        <DenyReason
          onDeny={(e, reason) => answer(e, open, 'deny', reason)}
          onBack={() => setSaying(false)}
          disabled={all.disabled}
        />
      ) : (
        <div class="buttons">
          <AnswerButton
            kind="primary"
            buttonRef={allow}
            {...all}
            onClick={e => (isRead ? answer(e, open, 'once') : readOn())}
          >
            {isRead ? 'Allow all once' : 'Show the rest'}
          </AnswerButton>
          <AnswerButton kind="secondary" {...all} onClick={e => answer(e, open, 'deny')}>
            Deny all
          </AnswerButton>
          <button type="button" class="link" disabled={all.disabled} onClick={() => setSaying(true)}>
            Deny all with reason
          </button>
        </div>
      )}
    </section>
  );
}

function Item(props: {
  asked: PendingApproval;
  number: number;
  disabled: boolean;
  unready: boolean;
  onAnswer: (e: Event, answer: Answer) => void;
}) {
  const { asked, number, onAnswer, ...state } = props;
  const what = questionOf(asked);
  return (
    <li class="ask-item" aria-label={`${number}: ${asked.title.ask} ${asked.title.object}`}>
      <h3>
        <span class="meta">{number}</span> {what}
      </h3>
      <Asked asked={asked} />
      <div class="buttons">
        <AnswerButton
          kind="secondary"
          label={`Allow ${number} once`}
          {...state}
          onClick={e => onAnswer(e, 'once')}
        >
          Allow once
        </AnswerButton>
        {asked.offers.length > 0 && <AllowFor offers={asked.offers} {...state} onAnswer={onAnswer} />}
        <AnswerButton kind="secondary" label={`Deny ${number}`} {...state} onClick={e => onAnswer(e, 'deny')}>
          Deny
        </AnswerButton>
      </div>
    </li>
  );
}
