/** What happens now, in about five words. */
import type { SessionHead, ToolItem } from '../../protocol/transcript.ts';
import type { Live } from '../state/live.ts';
import { around, head, isBusy, items, live } from '../state/store.ts';
import { compact, elapsed, exact } from '../text/words.ts';
import { post } from '../vscode.ts';
import { useNow } from './clock.ts';
import { Icon } from './icon.tsx';

export function RunLine() {
  return isBusy.value && head.value ? <Running head={head.value} /> : null;
}

function Running({ head }: { head: SessionHead }) {
  const now = useNow();
  const { tokensPerSecond } = live.value;
  return (
    <div class="run-line">
      <span class="run-now">{happening(head, live.value, now)}</span>
      <span class="meta rate" title="Tokens per second from the backend">
        {tokensPerSecond > 0 && head.status === 'running'
          ? `${compact(Math.round(tokensPerSecond))} tok/s`
          : ''}
      </span>
      <span class="meta" title={`Step ${exact(head.step)} of at most ${exact(head.maxSteps)} in this turn`}>
        <span class="wide">step </span>
        {head.step}
        <span class="wide"> of </span>
        <span class="narrow">/</span>
        {head.maxSteps}
      </span>
      <span class="meta" title="Time since the turn began">
        {elapsed(now - head.turnStartedAt)}
      </span>
      <button
        type="button"
        class="small secondary"
        aria-label="Stop"
        title="Stop"
        onClick={() => post({ type: 'stop' })}
      >
        <Icon name="debug-stop" />
        <span class="wide">Stop</span>
      </button>
    </div>
  );
}

function happening(head: SessionHead, live: Live, now: number): string {
  const pending = head.pending[0];
  // Held by another process: what is not recorded is not seen here.
  const elsewhere = around.value?.blocked !== undefined;
  if (pending && elsewhere) return 'Waiting for an answer';
  if (pending) return pending.kind === 'approval' ? 'Waiting for your approval' : 'Waiting for your answer';
  if (live.waiting) {
    const { reason, until, attempt } = live.waiting;
    if (until === undefined) return `Waiting: ${reason}`;
    const left = Math.ceil((until - now) / 1000);
    if (left > 0) return `Waiting ${left} s: ${reason}`;
    return attempt > 1 ? `Trying again: ${reason}` : `Asking now: ${reason}`;
  }
  if (live.summarising) return `Summarising earlier work ${elapsed(now - live.since)}`;
  const tools = runningTools();
  if (tools.length > 1) return `Running ${tools.length} tools`;
  if (tools[0]) return `${tools[0].title.busy} ${tools[0].title.object}`;
  if (elsewhere) return 'Working';
  const call = live.calls.findLast(c => c);
  if (call) return `Preparing ${call.name}`;
  if (live.text) return 'Writing';
  if (live.reasoning) return `Thinking ${elapsed(now - live.reasoningSince)}`;
  return `Waiting for the backend ${elapsed(Math.max(0, now - live.since))}`;
}

/** Running calls are among the last items of the timeline: those of the step that runs. */
function runningTools(): ToolItem[] {
  const found: ToolItem[] = [];
  for (let i = items.value.length - 1; i >= 0; i--) {
    const item = items.value[i]!;
    if (item.kind === 'user' && item.steer) continue;
    if (item.kind !== 'tool' && item.kind !== 'notice' && item.kind !== 'room') break;
    if (item.kind === 'tool' && item.state === 'running') found.unshift(item);
  }
  return found;
}
