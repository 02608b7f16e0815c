/** What the cards that ask for a yes are made of. Only their own words are plain text: what others wrote is quoted. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Answer, Destination, Offer } from '../../protocol/approvals.ts';
import type { PendingApproval } from '../../protocol/transcript.ts';
import { Card } from '../cards/card.tsx';
import { Revealed } from '../cards/code-text.tsx';
import { Icon } from './icon.tsx';
import { Menu, MenuItem } from './menu.tsx';

const asksToLeave = { inside: '', network: ' with network', outside: ' outside the sandbox' };

/** The card's own question. The path or command it is about stands below it, as code. */
export function questionOf({ title, preview }: PendingApproval): string {
  if (preview.kind === 'command') return `Run this command${asksToLeave[preview.sandbox ?? 'inside']}`;
  if (preview.kind === 'diff' && preview.files.length === 1)
    return { created: 'Create this file', modified: 'Edit this file', deleted: 'Delete this file' }[
      preview.files[0]!.change
    ];
  return `${title.ask} this`;
}

/** Text of the host, in which backticks quote what others wrote. */
export function Quoting({ text }: { text: string }) {
  return (
    <>
      {text.split('`').map((part, i) =>
        i % 2 ? (
          <code key={i} dir="ltr">
            <Revealed text={part} />
          </code>
        ) : (
          part
        ),
      )}
    </>
  );
}

/** Why it asks, and exactly what would happen. */
export function Asked({ asked }: { asked: PendingApproval }) {
  const { callId, preview, reasons } = asked;
  return (
    <>
      {reasons.length > 0 && (
        <ul class="reasons" aria-label="Why it asks">
          {reasons.map(reason => (
            <li key={reason} dir="auto">
              <Quoting text={reason} />
            </li>
          ))}
        </ul>
      )}
      <Card display={preview} callId={callId} preview />
    </>
  );
}

const destinations: Record<Destination, string> = {
  session: 'This session',
  workspace: 'This workspace',
  user: 'All my workspaces',
};

/** Where a yes shall hold for longer, with exactly what it would cover. */
export function AllowFor(props: {
  offers: readonly Offer[];
  disabled: boolean;
  unready: boolean;
  onAnswer: (e: Event, answer: Answer) => void;
}) {
  return (
    <Menu
      label="Allow for"
      class="allow-for"
      face={
        <>
          Allow for...
          <Icon name="chevron-down" />
        </>
      }
      align="left"
      side="above"
      disabled={props.disabled}
      unready={props.unready}
    >
      {close =>
        props.offers.map(({ destination, label }, i) => (
          <MenuItem
            key={i}
            label={destinations[destination]}
            detail={<Quoting text={label} />}
            onClick={e => {
              close();
              props.onAnswer(e, { offer: i });
            }}
          />
        ))
      }
    </Menu>
  );
}

/** Offered by itself once the same was allowed again and again. */
export function Suggestion(props: {
  offer: Offer;
  disabled: boolean;
  unready: boolean;
  onAccept: (e: Event) => void;
}) {
  return (
    <p class="suggestion">
      <Icon name="lightbulb" />
      <span dir="auto">
        Allowed twice already. No more questions about <Quoting text={props.offer.label} />?
      </span>
      <button
        type="button"
        class="small"
        disabled={props.disabled}
        aria-disabled={props.unready || undefined}
        onClick={props.onAccept}
      >
        Always allow here
      </button>
    </p>
  );
}

export function DenyReason(props: {
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

/** A button of the card: it says by itself that it takes no answer yet. */
export function AnswerButton(props: {
  kind: 'primary' | 'secondary' | 'link';
  disabled: boolean;
  unready: boolean;
  label?: string;
  buttonRef?: preact.Ref<HTMLButtonElement>;
  onClick: (e: Event) => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      ref={props.buttonRef}
      class={props.kind}
      disabled={props.disabled}
      aria-disabled={props.unready || undefined}
      aria-label={props.label}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
