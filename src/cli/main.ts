/** `ascent`: the same agent without an editor. */
// First: the others use what it adds.
import './node20.ts';

import { setFlagsFromString } from 'node:v8';
import { version } from '../../package.json';
import { parseResume, parseRun, USAGE, UsageError, usageOf } from './args.ts';
import { listBackends } from './backends.ts';
import { listCheckpoints, restore } from './checkpoints.ts';
import { context } from './context.ts';
import { costs } from './costs.ts';
import { policy } from './policyCommand.ts';
import { replayCommand } from './replay.ts';
import { rules } from './rules.ts';
import { EXIT, type Io, run } from './run.ts';
import { listSessions, printLog } from './sessions.ts';
import { standin } from './standin.ts';
import { stop } from './stop.ts';
import { exportCommand, importCommand } from './transfer.ts';
import { verify } from './verify.ts';

// A young generation that grows as it likes takes 130 MB in a long run, and every process that is started pays for it: the
// system copies what describes them. It costs nothing to collect it a little more often.
setFlagsFromString('--semi-space-growth-factor=1');

/** What stands behind `--` is a prompt. */
const asksForHelp = (args: string[]) =>
  args.slice(0, [...args, '--'].indexOf('--')).some(arg => arg === '--help' || arg === '-h');

async function main(args: string[], io: Io): Promise<number> {
  const [command, ...rest] = args[0] === 'help' && args[1] ? [args[1], '--help'] : args;
  if (asksForHelp(rest)) {
    if (command === 'rules') return rules(['--help'], io);
    const usage = command && usageOf(command);
    if (usage) io.stdout.write(usage);
    if (usage) return EXIT.done;
  }
  switch (command) {
    case 'run':
      return run(parseRun(rest), io);
    case 'resume': {
      const { id, ...options } = parseResume(rest, 'resume');
      return run({ ...options, resume: id }, io);
    }
    case 'stop':
      return stop(rest, io);
    case 'sessions':
      return listSessions(rest, io);
    case 'log':
      return printLog(rest, io);
    case 'export':
      return exportCommand(rest, io);
    case 'import':
      return importCommand(rest, io);
    case 'replay':
      return replayCommand(rest, io);
    case 'context':
      return context(rest, io);
    case 'costs':
      return costs(rest, io);
    case 'backends':
      return listBackends(rest, io);
    case 'verify':
      return verify(rest, io);
    case 'checkpoints':
      return listCheckpoints(rest, io);
    case 'restore':
      return restore(rest, io);
    case 'rules':
      return rules(rest, io);
    case 'policy':
      return policy(rest, io);
    case 'standin':
      return standin(rest, io);
    case 'version':
    case '--version':
      io.stdout.write(`ascent ${version}\n`);
      return EXIT.done;
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      io.stdout.write(USAGE);
      return command ? EXIT.done : EXIT.usage;
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
}

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
  },
};
/** Their exit code says how the work went: where it was cut off, it must not be 0. */
const WORKS = ['run', 'resume', 'verify'];
// A reader that went away (`ascent log ID | head`) is no failure of what only prints.
process.stdout.on('error', error => {
  const gone = (error as NodeJS.ErrnoException).code === 'EPIPE';
  const cut = WORKS.includes(process.argv[2] ?? '') ? EXIT.interrupted : EXIT.done;
  process.exit(gone ? cut : EXIT.failed);
});
// Nobody reads how it goes: the work goes on.
process.stderr.on('error', () => {});

main(process.argv.slice(2), io)
  .catch(error => {
    const usage = error instanceof UsageError;
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    if (usage) process.stderr.write('ascent --help lists the commands.\n');
    return usage ? EXIT.usage : EXIT.failed;
  })
  .then(code => {
    process.exitCode = code;
  });
