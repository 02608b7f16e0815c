/** How a turn ended: what happened, what to do, and the button that does it while the row is the last one. */
import type { Failure } from '../../protocol/events.ts';
import type { TranscriptItem } from '../../protocol/transcript.ts';
import type { ViewMessage } from '../../protocol/view.ts';
import { around, lastItem, mode, replay } from '../state/store.ts';
import { duration, exact, plural } from '../text/words.ts';
import { Icon } from '../view/icon.tsx';
import { post } from '../vscode.ts';

type End = Extract<TranscriptItem, { kind: 'end' }>;

interface Button {
  label: string;
  message: ViewMessage;
}

interface Shown {
  what: string;
  todo: string;
  button?: Button;
  /** Goes on, once the first button has led to what was in the way. */
  again?: Button;
}

export function EndRow({ item }: { item: End }) {
  const size = `${plural(item.steps, 'step')}, ${duration(item.durationMs)}`;
  if (item.reason === 'done')
    return (
      <>
        <p class="end done" title={`${exact(item.durationMs)} ms`}>
          <Icon name="check" tone="dim" />
          Finished in {size}
        </p>
        {mode.value === 'plan' && lastItem.value === item.id && !around.value?.blocked && <Implement />}
      </>
    );
  const { what, todo, button, again } = shown(item);
  const tone = item.reason === 'failed' ? 'error' : item.reason === 'stopped' ? 'dim' : 'warning';
  return (
    <div class={`end stop ${tone}`}>
      <Icon name={item.reason === 'failed' ? 'error' : 'stop-circle'} tone={tone} />
      <div>
        <p dir="auto">
          <strong>{what}</strong> {!replay.value && todo}
        </p>
        <div class="end-foot">
          {button && lastItem.value === item.id && (
            <span class="buttons">
              <Do {...button} />
              {again && <Do {...again} second />}
            </span>
          )}
          <span class="meta">{size}</span>
        </div>
      </div>
    </div>
  );
}

function Do({ label, message, second }: Button & { second?: boolean }) {
  return (
    <button type="button" class={second ? 'small secondary' : 'small'} onClick={() => post(message)}>
      {label}
    </button>
  );
}

/** The way out of plan mode, once there is a plan: nothing was changed yet. */
function Implement() {
  return (
    <div class="end-foot implement">
      <button type="button" class="primary" onClick={() => post({ type: 'implement', mode: 'ask' })}>
        Start implementing
      </button>
      <button type="button" class="secondary" onClick={() => post({ type: 'implement', mode: 'edits' })}>
        Start, edits unasked
      </button>
    </div>
  );
}

const goOn = { label: 'Continue', message: { type: 'command', command: 'retry' } } as const;

function shown({ reason, failure, steps }: End): Shown {
  switch (reason) {
    case 'stopped':
      return { what: 'Stopped.', todo: 'Continue, or say what should be different.', button: goOn };
    case 'stepLimit':
      return {
        what: `Reached the limit of ${plural(steps, 'step')} for one turn.`,
        todo: 'Continue for as many again.',
        button: goOn,
      };
    case 'costLimit':
      return {
        what: failure?.message ?? 'Reached the cost limit of this session.',
        todo: failure?.hint ?? 'Raise the limit in the settings to go on.',
        button: actions.openSettings,
        again: goOn,
      };
    case 'stuck':
      return {
        what: failure?.message ?? 'The model went in circles.',
        todo: failure?.hint ?? '',
        button: goOn,
      };
    case 'unanswered':
      return {
        what: 'An approval was needed and nobody was there to answer.',
        todo: 'Nothing was done. Continue to be asked again.',
        button: goOn,
      };
    default:
      return failure
        ? {
            what: failure.message,
            todo: failure.hint,
            button: failure.action && actions[failure.action],
            ...(failure.action && MENDS.has(failure.action) && { again: actions.retry }),
          }
        : { what: 'The turn failed.', todo: 'Try again, or look into the log.', button: actions.retry };
  }
}

type Action = NonNullable<Failure['action']>;
/** After these the turn may go on. */
const MENDS: ReadonlySet<Action> = new Set(['setKey', 'selectBackend', 'openSettings']);

const actions: Record<Action, Button> = {
  retry: { label: 'Try again', message: { type: 'command', command: 'retry' } },
  setKey: { label: 'Set API key', message: { type: 'command', command: 'setKey' } },
  selectBackend: { label: 'Select backend', message: { type: 'command', command: 'selectBackend' } },
  openSettings: { label: 'Open settings', message: { type: 'command', command: 'openSettings' } },
  newSession: { label: 'New session', message: { type: 'newSession' } },
  showLog: { label: 'Show log', message: { type: 'command', command: 'showLog' } },
};
