/** How a command went, in words for the model and as a card for people. */
import type { CommandFate, CommandOutcome } from '../host/host.ts';
import type { ToolDisplay } from '../protocol/display.ts';
import { explainSandbox } from './sandboxed.ts';
import type { ToolResult } from './tool.ts';

type Command = Extract<ToolDisplay, { kind: 'command' }>;
export type CommandShown = Omit<Command, 'outcome'>;
type Ends = Pick<CommandOutcome, 'head' | 'tail' | 'totalBytes' | 'omittedBytes'>;

/** Characters of the output that the model and people get. */
const HEAD = 8_000;
const TAIL = 22_000;

export function endedResult(
  outcome: CommandOutcome,
  parts: {
    shown: CommandShown;
    spool: string;
    timeoutMs: number;
    stopped: boolean;
    roots: readonly string[];
  },
): ToolResult {
  const { shown, spool, timeoutMs } = parts;
  const { exitCode, signal, timedOut, totalBytes, outputLost } = outcome;
  const { output, cut } = shorten(outcome, spool);
  const stopped = !timedOut && (outcome.stopped === true || (parts.stopped && exitCode === null));
  const lines = [output || '[no output]'];
  if (outputLost) lines.push('[part of the output is missing: the disk could not take it, or give it back]');
  lines.push(ending(outcome, timeoutMs, stopped), ...explainSandbox(outcome, parts.roots));
  return {
    isError: exitCode === null || timedOut || stopped,
    content: lines.join('\n'),
    display: {
      ...shown,
      outcome: {
        exitCode,
        signal,
        ...(timedOut && { timedOutAfterMs: timeoutMs }),
        output,
        totalBytes,
        ...(cut && { fullOutput: spool }),
      },
    },
  };
}

/** `cause`: what was found, or why nothing could be; undefined when nothing was recorded. `at`: when it began. */
export function unknownResult(
  cause: Extract<CommandFate, { fate: 'unknown' }> | string | undefined,
  { shown, spool, at }: { shown: CommandShown; spool: string | undefined; at: number },
): ToolResult {
  const found = typeof cause === 'string' ? undefined : cause;
  const why =
    typeof cause === 'string' ? `its record cannot be read (${cause})` : REASONS[found?.why ?? 'vanished'];
  const { output, cut } = found ? shorten(found.output, spool ?? '') : { output: '', cut: false };
  const lines = [
    `Outcome unknown: the session was cut off while this command ran, and ${why}. It was not run again. Check what it did before you rely on it or repeat it.`,
    `It began at ${time(at)}.`,
  ];
  if (found?.stillRunning.length)
    lines.push(`Processes it started still run: ${found.stillRunning.join(', ')}.`);
  if (output) {
    const last = found?.lastPrintedAt;
    lines.push(
      `What it had printed${last === undefined ? '' : `, the last of it at ${time(last)}`}:`,
      output,
    );
  } else lines.push('It had printed nothing that was kept.');
  return {
    isError: true,
    content: lines.join('\n'),
    display: {
      ...shown,
      outcome: {
        exitCode: null,
        signal: null,
        unknown: why,
        output,
        totalBytes: found?.output.totalBytes ?? 0,
        ...(cut && { fullOutput: spool }),
      },
    },
  };
}

const REASONS = {
  elsewhere: 'it ran on another machine or in another container, where its end cannot be seen',
  restarted: 'the machine was restarted before its end was recorded',
  vanished: 'nothing recorded how it ended',
};

const time = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ').concat(' UTC');

/** The first and the last part, cut at line borders, with the place of the rest between them. */
function shorten({ head, tail, omittedBytes }: Ends, spool: string): { output: string; cut: boolean } {
  const all = head + tail;
  if (omittedBytes === 0 && all.length <= HEAD + TAIL) return { output: all.trimEnd(), cut: false };
  const first = all.slice(0, HEAD);
  const last = all.slice(-TAIL);
  const firstEnd = first.lastIndexOf('\n') + 1 || first.length;
  const lastStart = last.indexOf('\n') + 1;
  const left = omittedBytes + Buffer.byteLength(all.slice(firstEnd, all.length - TAIL + lastStart));
  const note = `[... ${left.toLocaleString('en')} bytes left out here; all of the output is in ${spool} ...]`;
  return {
    output: `${first.slice(0, firstEnd).trimEnd()}\n${note}\n${last.slice(lastStart).trimEnd()}`,
    cut: true,
  };
}

function ending({ exitCode, signal, timedOut }: CommandOutcome, timeoutMs: number, stopped: boolean): string {
  if (timedOut)
    return `[ended at its time limit of ${timeoutMs / 1000} s; what it did until then is done. Give it more time with timeout_seconds, or less to do]`;
  if (stopped) return '[stopped before its end; what it did until then is done]';
  return exitCode === null ? `[ended by signal ${signal}]` : `[exit code ${exitCode}]`;
}
