import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import type { CommandOutcome } from '../host/host.ts';
import { showControls } from '../protocol/plainText.ts';
import { toFailure } from './failures.ts';
import type { ToolKit } from './kit.ts';
import { demandSamePlace, locate } from './place.ts';
import description from './runCommand.md';
import { type Tool, ToolFailure } from './tool.ts';
import { oneLine } from './words.ts';

export const RunCommandInput = z.object({
  command: z.string().min(1).describe('Command line for bash.'),
  cwd: z.string().optional().describe('Directory to run in. Default: the workspace folder.'),
  timeout_seconds: z.int().min(1).optional().describe('Time limit. Default: 120.'),
});

const DEFAULT_SECONDS = 120;
/** Characters of the output that the model and people get. */
const HEAD = 8_000;
const TAIL = 22_000;

export function runCommandTool({
  host,
  spoolDir,
  maxCommandSeconds,
}: ToolKit): Tool<z.infer<typeof RunCommandInput>> {
  return {
    name: 'run_command',
    description,
    input: RunCommandInput,
    readOnly: false,
    async prepare({ command, cwd: given, timeout_seconds: wanted = DEFAULT_SECONDS }) {
      if (command.includes('\0')) throw new ToolFailure('A command cannot contain a NUL character.');
      const cwd = await locate(host, given ?? '.');
      if ((await host.stat(cwd.real))?.kind !== 'directory')
        throw new ToolFailure(`cwd: ${cwd.shown} is not a directory.`);
      const seconds = Math.min(wanted, maxCommandSeconds);
      const spool = path.join(spoolDir, `output-${randomBytes(6).toString('hex')}.txt`);
      const shown = { kind: 'command' as const, command: showControls(command), cwd: cwd.shown };
      return {
        title: {
          ask: 'Run',
          busy: 'Running',
          done: 'Ran',
          object: oneLine(command),
          ...(given !== undefined && { detail: `in ${cwd.shown}` }),
        },
        access: [{ kind: 'command', command, cwd: cwd.given }],
        preview: shown,
        effects: [{ kind: 'command', command, cwd: cwd.real, spool }],
        async run(ctx) {
          try {
            await demandSamePlace(host, cwd);
            const timeoutMs = seconds * 1000;
            const { unasked } = ctx;
            const spec = { command, cwd: cwd.real, timeoutMs, outputFile: spool, unasked };
            const outcome = await host.run(spec, text => ctx.output(text), ctx.signal);
            const { output, cut } = shorten(outcome, spool);
            const { exitCode, signal, timedOut, totalBytes } = outcome;
            return {
              isError: exitCode === null,
              content: `${output || '[no output]'}\n${ending(outcome, seconds, ctx.signal.aborted)}`,
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
          } catch (error) {
            throw toFailure(error, cwd.shown);
          }
        },
      };
    },
  };
}

/** The first and the last part, cut at line borders, with the place of the rest between them. */
function shorten(
  { head, tail, omittedBytes }: CommandOutcome,
  spool: string,
): { output: string; cut: boolean } {
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

function ending({ exitCode, signal, timedOut }: CommandOutcome, seconds: number, stopped: boolean): string {
  if (timedOut)
    return `[ended at its time limit of ${seconds} s; what it did until then is done. Give it more time with timeout_seconds, or less to do]`;
  if (stopped) return '[stopped before its end; what it did until then is done]';
  return exitCode === null ? `[ended by signal ${signal}]` : `[exit code ${exitCode}]`;
}
