import type { ToolDisplay } from '../../protocol/display.ts';
import { LIVE_LINES } from '../state/live.ts';
import { head, live } from '../state/store.ts';
import { lastLines, plainOutput } from '../text/terminal.ts';
import { bytes, duration, exact } from '../text/words.ts';
import { Icon } from '../view/icon.tsx';
import { post } from '../vscode.ts';
import { CodeText } from './code-text.tsx';

type Command = Extract<ToolDisplay, { kind: 'command' }>;
type Outcome = NonNullable<Command['outcome']>;

export function CommandCard({
  display,
  callId,
  preview,
}: {
  display: Command;
  callId: string;
  preview: boolean;
}) {
  const { command, cwd, sandbox, outcome } = display;
  const atHome = cwd === '' || cwd === '.' || head.value?.roots.includes(cwd);
  return (
    <div class="command">
      <CodeText text={command} label="Command" revealed={preview} prompt="$" />
      {!atHome && (
        <p class="card-note">
          in <bdi class="path">{cwd}</bdi>
        </p>
      )}
      {preview && sandbox && (
        <p class={`card-note ${sandbox === 'outside' ? 'warning' : ''}`}>
          <Icon name={sandbox === 'outside' ? 'warning' : 'shield'} /> {ways[sandbox]}
        </p>
      )}
      {outcome ? <Ended outcome={outcome} sandbox={sandbox} /> : <LiveOutput callId={callId} />}
    </div>
  );
}

/** What a person should know before they let it run. */
const ways = {
  inside: 'Runs in the sandbox: no network, no secrets, writes only the workspace.',
  network: 'Runs in the sandbox, with network: it can send what it reads.',
  outside: 'Runs outside the sandbox: it can do all that your account can.',
};
const ranThere = {
  inside: 'in the sandbox',
  network: 'in the sandbox, with network',
  outside: 'outside the sandbox',
};

function Ended({ outcome, sandbox }: { outcome: Outcome; sandbox: Command['sandbox'] }) {
  const output = plainOutput(outcome.output).replace(/\n$/, '');
  const { fullOutput } = outcome;
  return (
    <>
      {output && <CodeText text={output} label="Output" />}
      <p class="card-note">
        <span class={outcome.exitCode === 0 ? '' : 'error'}>{exitState(outcome)}</span>
        {!output && ' without output'}
        {sandbox && ` · ${ranThere[sandbox]}`}
        {fullOutput && (
          <>
            {' · '}
            <span title={`${exact(outcome.totalBytes)} bytes`}>{bytes(outcome.totalBytes)} of output</span>{' '}
            <button
              type="button"
              class="link"
              title={fullOutput}
              onClick={() => post({ type: 'openFile', path: fullOutput })}
            >
              Open full output
            </button>
          </>
        )}
      </p>
    </>
  );
}

/** `exitState` for the end of a row. */
export function shortState(outcome: Outcome): string {
  if (outcome.unknown) return 'end unknown';
  return outcome.timedOutAfterMs === undefined ? exitState(outcome).toLowerCase() : 'timed out';
}

function exitState({ exitCode, signal, timedOutAfterMs, unknown }: Outcome): string {
  if (unknown) return `Outcome unknown: it was cut off, and ${unknown}. It was not run again.`;
  if (timedOutAfterMs !== undefined) return `Timed out after ${duration(timedOutAfterMs)}`;
  if (signal) return `Ended by ${signal}`;
  return exitCode === null ? 'Ended without an exit code' : `Exit ${exitCode}`;
}

export function LiveOutput({ callId }: { callId: string }) {
  const output = live.value.tools.get(callId)?.output;
  if (!output) return null;
  return <CodeText text={lastLines(plainOutput(output), LIVE_LINES)} label="Output" />;
}

const TAIL_LINES = 4;

/** The last lines of a running command below its closed row, of fixed height so that nothing jumps. */
export function OutputTail({ callId }: { callId: string }) {
  const output = live.value.tools.get(callId)?.output;
  if (!output) return null;
  return (
    <pre class="output-tail" aria-hidden="true" dir="ltr">
      {lastLines(plainOutput(output).trimEnd(), TAIL_LINES)}
    </pre>
  );
}
