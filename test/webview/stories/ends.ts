/** Ways a turn can end badly, and calls that did not work. */
import type { Failure } from '../../../src/protocol/events.ts';
import { edit, read, run } from './calls.ts';
import { script } from './script.ts';
import type { Story } from './stories.ts';

const begun = () =>
  script()
    .say('Make the failing test pass')
    .step({ reasoning: 'Look first.', calls: [read('src/cart/total.ts')] });

const away: Failure = {
  kind: 'network',
  message: 'The backend at 127.0.0.1:8000 does not answer.',
  hint: 'Start it, or choose another.',
  action: 'selectBackend',
};

const spent: Failure = {
  kind: 'costLimit',
  message:
    'The limit of USD 1.00 for this session would be passed: USD 0.95 is spent, and the next request may cost USD 0.08.',
  hint: 'Raise ascent.maxCost (--max-cost) to go on.',
  action: 'openSettings',
};

export const ends: Story[] = [
  { name: 'end-failed', messages: () => [begun().end('failed', away).snapshot()] },
  {
    name: 'end-planned',
    messages: () => [
      begun()
        .mode('plan')
        .step({
          text: 'The plan:\n\n1. Change `src/cart/total.ts` so that rates are fractions.\n2. Run `npm test`.',
        })
        .end('done')
        .snapshot(),
    ],
  },
  { name: 'end-stopped', messages: () => [begun().end('stopped').snapshot()] },
  { name: 'end-step-limit', messages: () => [begun().end('stepLimit').snapshot()] },
  { name: 'end-cost-limit', messages: () => [begun().end('costLimit', spent).snapshot()] },
  {
    name: 'failed-calls',
    messages: () => {
      const s = begun();
      const stale = {
        ...edit('src/cart/total.ts'),
        display: undefined,
        error: 'src/cart/total.ts changed since it was read. Read it again before editing.',
      };
      const [denied, failed] = s.reply({ calls: [run('rm -rf node_modules', ''), stale] });
      s.emit({
        type: 'tool.decided',
        callId: denied!,
        verdict: 'deny',
        by: 'person',
        reason: 'Delete dist only.',
      });
      s.allow(failed!).result(failed!, stale);
      s.emit({
        type: 'notice',
        level: 'warning',
        code: 'repair',
        text: 'A tool call was cut off in its arguments and was asked for again.',
      });
      s.step({
        calls: [
          {
            ...run('sleep 100', 'still waiting\n'),
            display: {
              kind: 'command',
              command: 'sleep 100',
              cwd: '/projects/shop/tools',
              outcome: {
                exitCode: null,
                signal: 'SIGTERM',
                timedOutAfterMs: 60_000,
                output: 'still waiting\n',
                totalBytes: 2_400_000,
                fullOutput: '/state/output/7.txt',
              },
            },
          },
        ],
      });
      return [s.snapshot()];
    },
    press: [/^Run rm/, /^Edit src/, /^Ran sleep/],
  },
  {
    name: 'command-outcome-unknown',
    messages: () => {
      const s = begun();
      s.emit({ type: 'turn.resumed', turn: 't' });
      const output = 'Building the site ...\n  pages 40 of 212\n';
      const unknown = 'the machine was restarted before its end was recorded';
      const outcome = { exitCode: null, signal: null, unknown, output, totalBytes: output.length };
      s.step({
        calls: [
          {
            ...run('npm run build', output),
            display: { kind: 'command', command: 'npm run build', cwd: '/projects/shop', outcome },
            error:
              'Outcome unknown: the session was cut off while this command ran, and the machine was restarted before its end was recorded. It was not run again. Check what it did before you rely on it or repeat it.',
          },
        ],
      });
      return [s.snapshot()];
    },
    press: [/^Ran npm run build/],
  },
  {
    name: 'toast',
    messages: () => [
      begun().end().snapshot(),
      { type: 'toast', level: 'error', text: 'The file src/cart/total.ts is not there any more.' },
    ],
  },
];
