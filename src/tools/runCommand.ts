import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { HostError } from '../host/host.ts';
import type { Effect } from '../protocol/access.ts';
import { showControls } from '../protocol/plainText.ts';
import { type CommandShown, endedResult, unknownResult } from './commandResult.ts';
import { toFailure } from './failures.ts';
import type { ToolKit } from './kit.ts';
import { demandSamePlace, locate } from './place.ts';
import description from './runCommand.md';
import { accessOf, detailOf, wayOf } from './sandboxed.ts';
import { type Tool, ToolFailure } from './tool.ts';
import { oneLine } from './words.ts';

export const RunCommandInput = z.object({
  command: z.string().min(1).describe('Command line for bash.'),
  cwd: z.string().optional().describe('Directory to run in. Default: the workspace folder.'),
  timeout_seconds: z.int().min(1).optional().describe('Time limit. Default: 120.'),
  needs_network: z.boolean().optional().describe('Reach the network. The person is asked.'),
  outside_sandbox: z.boolean().optional().describe('Run without the sandbox. The person is always asked.'),
  reason: z
    .string()
    .optional()
    .describe('Why it needs the network or has to leave the sandbox; for the person.'),
});

const DEFAULT_SECONDS = 120;

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
    async prepare({ command, cwd: given, timeout_seconds: wanted = DEFAULT_SECONDS, ...asked }) {
      if (command.includes('\0')) throw new ToolFailure('A command cannot contain a NUL character.');
      const cwd = await locate(host, given ?? '.');
      if ((await host.stat(cwd.real))?.kind !== 'directory')
        throw new ToolFailure(`cwd: ${cwd.shown} is not a directory.`);
      const seconds = Math.min(wanted, maxCommandSeconds);
      const spool = path.join(spoolDir, `output-${randomBytes(6).toString('hex')}.txt`);
      const way = wayOf(await host.sandbox(), asked);
      const shown = {
        kind: 'command' as const,
        command: showControls(command),
        cwd: cwd.shown,
        ...(way && { sandbox: way }),
      };
      return {
        title: {
          ask: 'Run',
          busy: 'Running',
          done: 'Ran',
          object: oneLine(command),
          ...detailOf(given === undefined ? undefined : cwd.shown, way),
        },
        access: [{ kind: 'command', command, cwd: cwd.given, ...accessOf(way, asked) }],
        preview: shown,
        effects: [
          {
            kind: 'command',
            command,
            cwd: cwd.real,
            spool,
            timeoutMs: seconds * 1000,
            machine: host.machine,
          },
        ],
        async run(ctx) {
          try {
            await demandSamePlace(host, cwd);
            const timeoutMs = seconds * 1000;
            const spec = {
              command,
              cwd: cwd.real,
              timeoutMs,
              outputFile: spool,
              unasked: ctx.unasked,
              outside: asked.outside_sandbox === true,
              network: asked.needs_network === true,
            };
            const outcome = await host.run(spec, text => ctx.output(text), ctx.signal);
            return endedResult(outcome, {
              shown,
              spool,
              timeoutMs,
              stopped: ctx.signal.aborted,
              roots: host.roots,
            });
          } catch (error) {
            throw toFailure(error, cwd.shown);
          }
        },
      };
    },

    async takeUp({ effects, at }, ctx) {
      const effect = effects.find(isCommand);
      if (!effect) return;
      const { spool, timeoutMs = DEFAULT_SECONDS * 1000, machine } = effect;
      const shown = await shownAs(effect);
      if (!spool) return unknownResult(undefined, { shown, spool, at });
      try {
        const begun = { outputFile: spool, timeoutMs, machine, at };
        const found = await host.takeUp(begun, text => ctx.output(text), ctx.signal);
        if (found.fate === 'notStarted') return;
        if (found.fate === 'unknown') return unknownResult(found, { shown, spool, at });
        const parts = { roots: host.roots, shown, spool, timeoutMs, stopped: ctx.signal.aborted };
        return { ...endedResult(found.outcome, parts), durationMs: found.durationMs };
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return unknownResult(error.message, { shown, spool, at });
      }
    },
  };

  async function shownAs({ command, cwd }: CommandEffect): Promise<CommandShown> {
    const place = await locate(host, cwd).catch(() => undefined);
    return { kind: 'command', command: showControls(command), cwd: place?.shown ?? cwd };
  }
}

type CommandEffect = Extract<Effect, { kind: 'command' }>;
const isCommand = (effect: Effect): effect is CommandEffect => effect.kind === 'command';
