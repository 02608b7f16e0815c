import type { ToolDisplay } from '../../protocol/display.ts';
import type { ToolItem } from '../../protocol/transcript.ts';
import { Card } from '../cards/card.tsx';
import { CodeText } from '../cards/code-text.tsx';
import { LiveOutput, OutputTail, shortState } from '../cards/command.tsx';
import { DiffStat } from '../cards/diff.tsx';
import { isOpen, live, replay, setOpen } from '../state/store.ts';
import { duration, elapsed, exact, plural } from '../text/words.ts';
import { useNow } from '../view/clock.ts';
import type { IconName } from '../view/glyphs.ts';
import { Line } from './line.tsx';

export function ToolRow({ item }: { item: ToolItem }) {
  const { display, message, state } = item;
  const open = isOpen(item.id);
  // What waits for approval is shown in the card above the composer; here it would be said twice.
  const output = state === 'running' ? live.value.tools.get(item.callId)?.output : undefined;
  const hasBody =
    (state !== 'approval' || !!replay.value) && (display !== undefined || message !== undefined || !!output);
  const isCommand = display?.kind === 'command' || item.name === 'run_command';
  return (
    <div class={`row tool ${state}`}>
      <Line
        icon={iconOf(item)}
        tone={state === 'failed' || failedCommand(display) ? 'error' : undefined}
        verb={verbOf(item)}
        object={item.title.object}
        objectIsCode={isCommand}
        detail={item.title.detail}
        result={<Result item={item} />}
        open={open}
        onToggle={hasBody ? () => setOpen(item.id, !open) : undefined}
      />
      {state === 'running' && !open && <OutputTail callId={item.callId} />}
      {open && hasBody && (
        <div class="card">
          {message &&
            (state === 'denied' ? <Denied reason={message} /> : <Failed item={item} message={message} />)}
          {display ? (
            <Card display={display} callId={item.callId} />
          ) : (
            output && <LiveOutput callId={item.callId} />
          )}
        </div>
      )}
    </div>
  );
}

/** A failed call never claims to have been done; a command that ran and failed did run. */
function verbOf({ state, title, display }: ToolItem): string {
  if (state === 'running') return title.busy;
  if (state === 'done') return title.done;
  return state === 'failed' && display?.kind === 'command' && display.outcome ? title.done : title.ask;
}

function Denied({ reason }: { reason: string }) {
  return (
    <p class="card-note" dir="auto">
      Denied: {reason}
    </p>
  );
}

/** What the model was told; for a command its output says it already. */
function Failed({ item, message }: { item: ToolItem; message: string }) {
  if (item.display?.kind === 'command' && item.display.outcome) return null;
  return <CodeText text={message} label="Error" />;
}

const failedCommand = (display: ToolDisplay | undefined) =>
  display?.kind === 'command' && display.outcome !== undefined && display.outcome.exitCode !== 0;

function Result({ item }: { item: ToolItem }) {
  switch (item.state) {
    case 'waiting':
      return null;
    case 'approval':
      return <span class="warning">waiting for you</span>;
    case 'running':
      return <RunningFor callId={item.callId} />;
    case 'denied':
      return <>denied</>;
    case 'failed':
      return item.display?.kind === 'command' && item.display.outcome ? (
        <Done item={item} display={item.display} />
      ) : (
        <span class="error">failed</span>
      );
    case 'done':
      return item.display ? <Done item={item} display={item.display} /> : null;
  }
}

function RunningFor({ callId }: { callId: string }) {
  const now = useNow();
  const tool = live.value.tools.get(callId);
  return <>{tool && now - tool.startedAt >= 1000 ? elapsed(now - tool.startedAt) : ''}</>;
}

function Done({ item, display }: { item: ToolItem; display: ToolDisplay }) {
  const time = item.durationMs === undefined ? '' : duration(item.durationMs);
  switch (display.kind) {
    case 'command': {
      if (!display.outcome) return <>{time}</>;
      const failed = display.outcome.exitCode !== 0;
      return (
        <span title={item.durationMs === undefined ? undefined : `${exact(Math.round(item.durationMs))} ms`}>
          {failed ? <span class="error">{shortState(display.outcome)}</span> : <span class="good">✓</span>}{' '}
          {time}
        </span>
      );
    }
    case 'diff': {
      const sum = (pick: 'added' | 'removed') => display.files.reduce((n, file) => n + file[pick], 0);
      const problems = display.problems?.length ?? 0;
      return (
        <>
          {problems > 0 && <span class="warning">{plural(problems, 'problem')} </span>}
          <DiffStat added={sum('added')} removed={sum('removed')} />
        </>
      );
    }
    case 'matches':
      return (
        <>{display.count ? `${exact(display.count)} in ${plural(display.files, 'file')}` : 'no matches'}</>
      );
    case 'paths':
      return <>{`${exact(display.count)}${display.limited ? '+' : ''}`}</>;
    case 'problems':
      return <>{display.problems.length ? plural(display.problems.length, 'problem') : 'no problems'}</>;
    case 'plan':
      return (
        <>
          {display.items.filter(i => i.status === 'done').length} of {display.items.length} done
        </>
      );
    case 'question':
      return <bdi>{display.answer}</bdi>;
    case 'file':
    case 'text':
      return null;
  }
}

const byName: Record<string, IconName> = {
  read_file: 'file',
  write_file: 'new-file',
  edit_file: 'edit',
  list_files: 'list-tree',
  find_files: 'search',
  search_text: 'search',
  run_command: 'terminal',
  diagnostics: 'warning',
  update_plan: 'checklist',
  ask_user: 'question',
};
const byKind: Record<ToolDisplay['kind'], IconName> = {
  text: 'tools',
  file: 'file',
  matches: 'search',
  paths: 'list-tree',
  diff: 'edit',
  command: 'terminal',
  plan: 'checklist',
  problems: 'warning',
  question: 'question',
};

function iconOf({ name, state, display }: ToolItem): IconName {
  if (state === 'denied') return 'circle-slash';
  if (state === 'failed' && display?.kind !== 'command') return 'error';
  return byName[name] ?? (display ? byKind[display.kind] : 'tools');
}
