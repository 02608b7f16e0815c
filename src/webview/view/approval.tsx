import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PendingApproval } from '../../protocol/transcript.ts';
import { Card } from '../cards/card.tsx';
import { toast } from '../state/store.ts';
import { post } from '../vscode.ts';
import { focusPolitely, ignoreHeldKeys, useGuard } from './guard.ts';
import { Icon } from './icon.tsx';

type Answer = 'once' | 'session' | 'deny';

export function ApprovalCard({ asked, more }: { asked: PendingApproval; more: string }) {
  const { callId, nonce, title, preview, reasons, offer } = asked;
  const counts = useGuard();
  const allow = useRef<HTMLButtonElement>(null);
  const [saying, setSaying] = useState(false);
  const [sent, setSent] = useState(false);
  useLayoutEffect(() => focusPolitely(allow.current), []);

  // The host said that something went wrong: let the person answer again.
  const isSent = sent && toast.value?.level !== 'error';
  const answer = (e: Event, what: Answer, reason?: string) => {
    e.preventDefault();
    if (isSent || !counts(e)) return;
    if (toast.value?.level === 'error') toast.value = undefined;
    post({ type: 'approve', callId, nonce, answer: what, ...(reason ? { reason } : {}) });
    setSent(true);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    ignoreHeldKeys(e);
    if (e.isComposing || e.repeat) return;
    const inControl = e.target instanceof HTMLButtonElement || e.target instanceof HTMLInputElement;
    if (e.key === 'Escape') {
      e.stopPropagation();
      if (saying) setSaying(false);
      else answer(e, 'deny');
    } else if (e.key === 'Enter' && !inControl) answer(e, 'once');
  };

  return (
    <section class="ask approval" aria-label={`Approval: ${title.ask} ${title.object}`} onKeyDown={onKeyDown}>
      <h2>
        <Icon name="shield" tone="warning" />
        <span class="ask-title" dir="auto">
          {title.ask} {preview.kind === 'command' ? 'this command' : <bdi>{title.object}</bdi>}?
        </span>
        {more && <span class="meta">{more}</span>}
      </h2>
      {reasons.length > 0 && (
        <ul class="reasons" aria-label="Why it asks">
          {reasons.map(reason => (
            <li key={reason} dir="auto">
              {reason}
            </li>
          ))}
        </ul>
      )}
      <div class="ask-body">
        <Card display={preview} callId={callId} preview />
      </div>
      {offer && (
        <p class="card-note" dir="auto">
          Allow for this session covers {offer.label}.
        </p>
      )}
      {saying ? (
        <DenyReason
          onDeny={(e, reason) => answer(e, 'deny', reason)}
          onBack={() => setSaying(false)}
          disabled={isSent}
        />
      ) : (
        <div class="buttons">
          <button
            type="button"
            ref={allow}
            class="primary"
            disabled={isSent}
            onClick={e => answer(e, 'once')}
          >
            Allow once
          </button>
          {offer && (
            <button type="button" class="secondary" disabled={isSent} onClick={e => answer(e, 'session')}>
              Allow for this session
            </button>
          )}
          <button type="button" class="secondary" disabled={isSent} onClick={e => answer(e, 'deny')}>
            Deny
          </button>
          <button type="button" class="link" disabled={isSent} onClick={() => setSaying(true)}>
            Deny with reason
          </button>
        </div>
      )}
    </section>
  );
}

function DenyReason(props: {
  onDeny: (e: Event, reason: string) => void;
  onBack: () => void;
  disabled: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const deny = (e: Event) => props.onDeny(e, input.current?.value.trim().slice(0, 10_000) ?? '');
  return (
    <div class="buttons deny-reason">
      <input
        ref={input}
        aria-label="Reason for denying"
        placeholder="What should it do instead?"
        dir="auto"
        maxLength={10_000}
        onKeyDown={e => {
          if (e.key === 'Enter' && !e.isComposing && !e.repeat) deny(e);
        }}
      />
      <button type="button" class="primary" disabled={props.disabled} onClick={deny}>
        Deny
      </button>
      <button type="button" class="secondary" onClick={props.onBack}>
        Back
      </button>
    </div>
  );
}
