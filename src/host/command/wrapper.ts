/**
 * The wrapper that stands around a command: it records, so that nobody has to listen. Plain sh, few processes: the
 * shell that leads the group, one that waits for the command, the command, and `tee`, which writes what the command
 * prints to the file it was given as stdout. The pipe between the last two belongs to nobody else, so the death of
 * whoever started all this leaves it as it is.
 *
 * Signals that a command sends to its own group (`kill 0` is common in scripts) must not take the wrapper with it: its
 * shells handle them by doing nothing. A handler, unlike an ignored signal, is not inherited by the command.
 *
 * When the output cannot be written any more (the limit, a full disk), `tee` says so and goes on reading, so that the
 * command neither waits nor dies of it. A command that only looks writes to the file itself, which spares half of the
 * processes: nothing is left half done when it ends at the limit.
 */
import { execFileSync } from 'node:child_process';
import { HostError } from '../host.ts';
import { allProcesses, argumentsOf } from '../processes.ts';
import { FILE_LIMIT, statusFileOf } from './record.ts';

const SIGNALS = 'HUP INT QUIT TERM USR1 USR2';

/** The status file is created exclusively (-C), see record.ts. */
const BEGIN = `
set -C
: >"$1" || exit 125
set +C
exec 3>>"$1" || exit 125
echo "started $$" >&3 || exit 125
recorder=$2
limit=$3
shift 3
trap : ${SIGNALS}`;

const RECORDED = `
{
  trap : ${SIGNALS}
  (exec "$@" 2>&1 3>&-)
  echo "exit $?" >&3
} 2>&3 | {
  trap '' ${SIGNALS} XFSZ
  ulimit -f "$limit"
  LC_ALL=C exec "$recorder" /dev/null 2>&3 3>&-
}`;

const WRITING_ITSELF = `
{
  (ulimit -f "$limit" && exec "$@" 2>&1 3>&-)
  echo "exit $?" >&3
} 2>&3`;

/** The rest of the group is asked to end. */
const END = `
trap '' TERM
kill -s TERM 0
`;

/** What `ulimit -f` counts in, by POSIX. Bytes. */
const BLOCK = 512;

export const SHELL = '/bin/sh';

/** By this word a wrapper is found again; no other program has reason to be started with it. */
const markOf = (outputFile: string) => `ascent-command:${outputFile}`;

/**
 * `/bin/sh`'s arguments for a command's own words. Its stdout must be the output file, opened to append. `recorder`: the
 * path of `tee`; without it the command writes to the file itself, and must only look.
 */
export function wrapperArguments(argv: readonly string[], outputFile: string, recorder?: string): string[] {
  const script = BEGIN + (recorder ? RECORDED : WRITING_ITSELF) + END;
  const limit = String(FILE_LIMIT / BLOCK);
  return ['-c', script, markOf(outputFile), statusFileOf(outputFile), recorder ?? '', limit, ...argv];
}

/**
 * The wrapper's shells that still live: as long as there is one, the end of the command will be recorded. Throws when
 * processes cannot be looked at.
 */
export function wrappersOf(outputFile: string): number[] {
  const mark = markOf(outputFile);
  if (process.platform === 'linux') {
    const all = allProcesses();
    // Not to see it would mean not to know of it, and to begin again.
    if (!all.length) throw new HostError('failed', '/proc cannot be read');
    return all.map(({ pid }) => pid).filter(pid => argumentsOf(pid)?.includes(mark));
  }
  // The wrapper's own text may come over several lines, with the mark on the last.
  let pid = 0;
  const found: number[] = [];
  for (const line of execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n')) {
    pid = Number(/^\s*(\d+) \S*sh -c/.exec(line)?.[1] ?? pid);
    if (line.includes(` ${mark} `)) found.push(pid);
  }
  return found;
}
