/** The command line's words: parsed strictly, with one clear line for what does not fit. */
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { ApprovalMode } from '../protocol/approvals.ts';

export const USAGE = `Ascent: a coding agent for Kimi K2-Thinking.

  ascent run [options] PROMPT     do a task in the current folder
  ascent resume ID [options]      go on with a session that was cut off, stopped or limited
  ascent stop ID                  stop what runs in a session, wherever it runs
  ascent sessions [--json]        list the sessions, and say where they run
  ascent log ID [--follow] [--json]
                                  print a session; with --follow what comes, until nobody works on it any more
  ascent log ID --wire [--json]   print how the backend did in it
  ascent export ID FILE [--force] [--api-key-env VAR] [--json]
                                  write a session to one file, without its secrets
  ascent import FILE [--json]     take such a file in, to look at and replay
  ascent replay FILE|ID [--step N] [--speed X] [--json]
                                  print a session step by step, with its diffs and costs; runs nothing
  ascent replay FILE|ID --verify [--json]
                                  run the loop again on the recorded replies and results; tell the first difference
  ascent context ID [--undo | --summarise]
                                  where room was made in what the model reads; take the last back, or sum up now
  ascent costs [ID] [--json]      what a session cost, request by request; without ID: what all cost today
  ascent backends [--json]        list the model servers that run on this machine
  ascent verify [--base-url URL] [--model NAME] [--profile NAME] [--api-key-env VAR] [--cases N]
                [--max-cost AMOUNT] [--max-cost-per-day AMOUNT] [--state-dir DIR] [--json]
                                  probe a backend and say what works, what does not, and what mends it
  ascent checkpoints ID [--json]  the steps that changed something, and what they changed
  ascent restore ID --step N [--file PATH [--hunk 1,3]] [--dry-run]
                                  go back to the state before a step; later edits of yours are kept
  ascent restore ID --undo        take the last restore back
  ascent rules [--json]           the rules for approvals that are kept; ascent rules --help: keep and remove them
  ascent policy                   judge commands and paths given as JSON lines on stdin; runs nothing
  ascent standin [--port N] [--scenario NAME]   serve the scripted stand-in backend alone
  ascent --version

Options of run and resume:
  --cwd DIR            the workspace (default: the current folder)
  --base-url URL       an OpenAI-compatible backend (default: ASCENT_BASE_URL, else the stand-in; resume: the session's own)
  --model NAME         (default: ASCENT_MODEL, else what the backend serves)
  --profile NAME       how the backend differs (default: guessed from the URL)
  --api-key-env VAR    the variable that holds the key (default: ASCENT_API_KEY)
  --state-dir DIR      where sessions are kept (default: ASCENT_STATE_DIR, else your data folder); for all commands that read sessions
  --approve MODE       plan | ask | edits | all: what may happen unasked (default: ask, or as the session was);
                       with plan nothing can change, and the answer is the plan
  --sandbox WHEN       off | whenAvailable | required: run commands in a sandbox (default: whenAvailable)
  --sandbox-network    commands in the sandbox reach the network without asking
  --max-steps N        (default: 300)
  --max-cost AMOUNT    for the session, in the currency of the backend's prices
  --max-cost-per-day AMOUNT
                       for all sessions of the state directory today
  --max-cost-per-turn AMOUNT
                       for one turn: a message of yours, and all that follows from it
  --resume ID          go on with this session; PROMPT, if given, is sent to it
  --take-over          ask the window or command line that has the session open to hand it over
  --background         nobody is here to answer: when a question comes up, leave the session to who opens it next
  --api-key-stdin      read the key from standard input, where no other process can see it
  --json               print each recorded event as one JSON line

Exit codes: 0 done · 1 failed (verify: a probe failed) · 2 usage · 3 a limit ended it · 4 an approval was needed and nobody could answer ·
130 interrupted
`;

/** What `--help` says of one command; undefined when there is none of that name. */
export function usageOf(command: string): string | undefined {
  const [commands = '', options = ''] = USAGE.split(/\n\n(?=Options)/);
  const own = commands.split(/\n(?= {2}ascent )/).filter(text => text.startsWith(`  ascent ${command} `));
  if (!own.length) return undefined;
  const all = own.map(text => text.trimEnd()).join('\n');
  return ['run', 'resume', 'context'].includes(command) ? `${all}\n\n${options}` : `${all}\n`;
}

/** The command line does not fit; `message` says how. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const positive = (name: string, whole: boolean) =>
  z
    .string()
    .transform(Number)
    .refine(n => n > 0 && (whole ? Number.isInteger(n) : Number.isFinite(n)), {
      message: `${name} must be a ${whole ? 'whole ' : ''}number above 0.`,
    })
    .optional();

export const CostOptions = z.object({
  'max-cost': positive('--max-cost', false),
  'max-cost-per-day': positive('--max-cost-per-day', false),
});

const RunOptions = CostOptions.extend({
  cwd: z.string().optional(),
  'base-url': z.string().optional(),
  model: z.string().optional(),
  profile: z.string().optional(),
  'api-key-env': z.string().optional(),
  'state-dir': z.string().optional(),
  approve: z.enum(ApprovalMode.options, { error: '--approve must be plan, ask, edits or all.' }).optional(),
  sandbox: z
    .enum(['off', 'whenAvailable', 'required'], {
      error: '--sandbox must be off, whenAvailable or required.',
    })
    .optional(),
  'sandbox-network': z.boolean().default(false),
  'max-steps': positive('--max-steps', true),
  'max-cost-per-turn': positive('--max-cost-per-turn', false),
  resume: z.string().optional(),
  json: z.boolean().default(false),
  'take-over': z.boolean().default(false),
  background: z.boolean().default(false),
  'api-key-stdin': z.boolean().default(false),
  /** The editor's own, for what it starts in the background: its ripgrep, and its folder of secrets. */
  ripgrep: z.string().optional(),
  'sandbox-hide': z.string().optional(),
});
export type RunOptions = z.infer<typeof RunOptions> & { prompt: string };

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const runFlags = {
  cwd: text,
  'base-url': text,
  model: text,
  profile: text,
  'api-key-env': text,
  'state-dir': text,
  approve: text,
  sandbox: text,
  'sandbox-network': { type: 'boolean' },
  'max-steps': text,
  'max-cost': text,
  'max-cost-per-turn': text,
  'max-cost-per-day': text,
  resume: text,
  json: flag,
  'take-over': flag,
  background: flag,
  'api-key-stdin': flag,
  ripgrep: text,
  'sandbox-hide': text,
} as const;

export function parseRun(args: string[]): RunOptions {
  const { values, positionals } = parse(args, runFlags, Infinity);
  return { ...checked(RunOptions, values), prompt: positionals.join(' ').trim() };
}

/** The session's id stands first among the words, before or behind the options. */
export function parseResume(args: string[], command: 'resume' | 'context'): RunOptions & { id: string } {
  const { prompt, ...options } = parseRun(args);
  const [id = '', ...words] = prompt.split(' ');
  if (!id) throw new UsageError(`Which session? ascent ${command} ID`);
  return { ...options, id, prompt: words.join(' ') };
}

/** Throws UsageError with one sentence for each value that does not fit. */
export function checked<T>(schema: z.ZodType<T>, values: unknown): T {
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(issue => issue.message).join(' '));
  return parsed.data;
}

/** Flags of the small commands, and at most `most` words beside them; throws UsageError for what is more. */
export function parse<F extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  args: string[],
  flags: F,
  most: number,
) {
  const parsed = parseStrictly(args, flags);
  const extra = parsed.positionals[most];
  if (extra !== undefined) throw new UsageError(`What is "${extra}"?`);
  return parsed;
}

function parseStrictly<F extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  args: string[],
  flags: F,
) {
  try {
    return parseArgs({ args, options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    // What node adds about words that begin with "-" ends in the middle of a quotation.
    throw new UsageError((error as Error).message.replace(/\. To specify a positional.*/s, '.'));
  }
}
