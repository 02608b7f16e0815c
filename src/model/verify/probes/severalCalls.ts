import { asObject, parseJson } from '../../json.ts';
import { leaked, NO_CALL, PARSERS, type Probe, plural, READ_FILE, user } from '../probe.ts';
import type { RawReply } from '../rawReply.ts';

const BUDGET = 4_096;
const TRIES = 2;
const PATHS = ['src/one.ts', 'src/two.ts', 'src/three.ts'];

/** Three reads that do not depend on each other, asked for in one reply. */
export const severalCalls: Probe = {
  id: 'several-calls',
  title: 'Several calls in one reply',
  load: () => ({ requests: 1, prompt: 200, output: 400, most: TRIES * BUDGET }),
  async run({ chat }) {
    const sent = 'Read three files, all three calls in one reply';
    const ask = () =>
      chat({
        messages: [
          user(
            `Read these three files, with all three calls in one reply: ${PATHS.map(path => `\`${path}\``).join(', ')}.`,
          ),
        ],
        tools: [READ_FILE],
        budget: BUDGET,
      });
    let reply = await ask();
    for (let tried = 1; tried < TRIES && !isWhole(reply); tried++) reply = await ask();
    const { calls } = reply;
    const paths = pathsOf(reply);
    const got = calls.length
      ? `${plural(calls.length, 'call')}${paths.length ? `: ${paths.join(', ')}` : ''}`
      : NO_CALL(reply);
    if (isWhole(reply))
      return { verdict: 'pass', sent, got, means: 'Independent work goes out together, and arrives whole.' };
    if (leaked(reply) || paths.length < calls.length || reply.indexMissing)
      return {
        verdict: leaked(reply) ? 'warn' : 'fail',
        sent,
        got: reply.indexMissing ? `${got}, deltas without an index` : got,
        means: leaked(reply)
          ? 'The calls arrive as markup, which Ascent reads all the same.'
          : 'Calls run into each other and lose their arguments.',
        mend: PARSERS,
      };
    if (!calls.length)
      return { verdict: 'unknown', sent, got, means: 'The model called nothing.', mend: PARSERS };
    return {
      verdict: 'warn',
      sent,
      got,
      means:
        'Calls of one reply get lost, or are written one at a time: work takes more steps than it should.',
      mend: PARSERS,
    };
  },
};

const isWhole = (reply: RawReply) =>
  !leaked(reply) &&
  new Set(pathsOf(reply)).size === PATHS.length &&
  reply.calls.length === PATHS.length &&
  !reply.indexMissing;

/** The paths of all calls whose arguments are whole. */
const pathsOf = (reply: RawReply) =>
  reply.calls.flatMap(call => {
    const path = asObject(parseJson(call.arguments))?.path;
    return typeof path === 'string' && PATHS.includes(path) ? path : [];
  });
