/** Below the text: how far it may go, who answers, what it used, and send. */
import type { ApprovalMode } from '../../protocol/approvals.ts';
import { around, backend, head, isBusy, mode } from '../state/store.ts';
import { compact, exact, modes, money, plural } from '../text/words.ts';
import { post } from '../vscode.ts';
import { Icon, IconButton } from './icon.tsx';
import { Menu, MenuItem } from './menu.tsx';
import { Sparkline } from './overview.tsx';

/** As people know it on their keyboard. */
export const QUEUE_KEY = /Mac/.test(navigator.platform) ? '⌥⏎' : 'Alt+Enter';

interface Props {
  canSend: boolean;
  /** `later`: after the turn that runs. */
  onSend: (when: 'now' | 'later') => void;
}

export function Footer({ canSend, onSend }: Props) {
  return (
    <div class="footer">
      <ModePicker />
      <button
        type="button"
        class="quiet backend"
        title={`Backend: ${head.value?.backend.baseUrl || backend.value.label}. Select another`}
        aria-label={`Backend: ${backend.value.label}`}
        onClick={() => post({ type: 'command', command: 'selectBackend' })}
      >
        {backend.value.label}
      </button>
      <span class="spacer" />
      <Cost />
      <ContextRing />
      <IconButton
        name="arrow-up"
        label={isBusy.value ? 'Send for the next step' : 'Send'}
        class="send"
        disabled={!canSend}
        onClick={() => onSend('now')}
      />
      {isBusy.value && <SendMenu onSend={onSend} />}
    </div>
  );
}

function SendMenu({ onSend }: Pick<Props, 'onSend'>) {
  return (
    <Menu
      label="Ways to send"
      face={<Icon name="chevron-down" />}
      class="icon-menu ways"
      align="right"
      side="above"
    >
      {close => (
        <>
          <MenuItem
            label="Send for the next step"
            detail="Enter"
            onClick={() => {
              close();
              onSend('now');
            }}
          />
          <MenuItem
            label="Queue for after this turn"
            detail={QUEUE_KEY}
            onClick={() => {
              close();
              onSend('later');
            }}
          />
        </>
      )}
    </Menu>
  );
}

function ModePicker() {
  return (
    <Menu
      label={`Approval mode: ${modes[mode.value].label}`}
      face={
        <>
          <Icon name="shield" />
          {modes[mode.value].label}
          <Icon name="chevron-down" />
        </>
      }
      class="mode text-menu"
      align="left"
      side="above"
      disabled={!!around.value?.blocked}
    >
      {close =>
        (Object.keys(modes) as ApprovalMode[]).map(each => (
          <MenuItem
            key={each}
            label={modes[each].label}
            detail={modes[each].meaning}
            checked={each === mode.value}
            onClick={() => {
              close();
              if (each !== mode.value) post({ type: 'setMode', mode: each });
            }}
          />
        ))
      }
    </Menu>
  );
}

export function Cost() {
  if (!head.value) return null;
  const { cost, turnCost, unseen, total } = head.value;
  const paid = money(cost);
  const cached = total.promptTokens ? Math.round((total.cachedTokens / total.promptTokens) * 100) : 0;
  const title = [
    `Input ${exact(total.promptTokens)} tokens (${cached}% from the cache), output ${exact(total.completionTokens)}${total.estimated ? ', estimated' : ''}`,
    cost.length ? '' : 'No price is known for this backend',
    turnCost.length ? `This turn: ${money(turnCost)}` : '',
    unseen.requests
      ? `Stopped or asked again: ${plural(unseen.requests, 'request')} ${money(unseen.cost)}`
      : '',
  ]
    .filter(Boolean)
    .join('. ');
  const tokens = total.promptTokens + total.completionTokens;
  if (!tokens) return null;
  return (
    <>
      <Sparkline recent={head.value.recent} />
      <span class={paid ? 'meta cost' : 'meta cost unpriced'} title={title}>
        {paid || `${compact(tokens)} tokens`}
      </span>
    </>
  );
}

const RADIUS = 6;
const ROUND = 2 * Math.PI * RADIUS;

export function ContextRing() {
  const { contextTokens = 0, contextWindow = 0 } = head.value ?? {};
  if (!contextTokens || !contextWindow) return null;
  const part = Math.min(1, contextTokens / contextWindow);
  const percent = Math.round(part * 100);
  const title = `Context: ${exact(contextTokens)} of ${exact(contextWindow)} tokens`;
  return (
    <span class="context-ring" role="img" aria-label={`${percent}% of the context used`} title={title}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle class="track" cx="8" cy="8" r={RADIUS} />
        <circle
          class={part > 0.85 ? 'used warning' : 'used'}
          cx="8"
          cy="8"
          r={RADIUS}
          stroke-dasharray={`${part * ROUND} ${ROUND}`}
          transform="rotate(-90 8 8)"
        />
      </svg>
      <span class="meta" aria-hidden="true">
        {percent}%
      </span>
    </span>
  );
}
