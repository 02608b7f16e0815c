import { asObject, parseJson } from '../../json.ts';
import { leaked, NEWER_ENGINE, NO_CALL, type Probe, user, WRITE_FILE } from '../probe.ts';

const BUDGET = 16_000;
const LINES = 240;
const LINE = 'The quick brown fox jumps over the lazy dog.';
/** Where vLLM before 0.20 cut arguments (vllm#37184, #38274); bytes. */
const LIMIT = 8_192;

/** A file of 12 kB in one call: engines with a faulty streaming parser lose its end. */
export const longArguments: Probe = {
  id: 'long-arguments',
  title: 'Long arguments',
  load: () => ({ requests: 1, prompt: 250, output: 4_500, most: BUDGET }),
  async run({ chat }) {
    const sent = `Write a file of ${LINES} lines, about 12 kB, in one call`;
    const reply = await chat({
      messages: [
        user(
          `Write the file lines.txt with one call of write_file. It has exactly ${LINES} numbered lines, each of them the number, a colon and this sentence: \`${LINE}\` Write every line out; leave nothing away.`,
        ),
      ],
      tools: [WRITE_FILE],
      budget: BUDGET,
    });
    const [call] = reply.calls;
    if (!call || reply.finish === 'length')
      return {
        verdict: leaked(reply) ? 'warn' : 'unknown',
        sent,
        got: call ? `the output budget of ${BUDGET} tokens ran out` : NO_CALL(reply),
        means: leaked(reply)
          ? 'The call arrives as markup, which Ascent reads all the same.'
          : 'No long call was written, so nothing could be cut.',
      };
    const bytes = Buffer.byteLength(call.arguments);
    const content = asObject(parseJson(call.arguments))?.content;
    const got = `${bytes.toLocaleString('en')} bytes of arguments, ${typeof content === 'string' ? `${content.trimEnd().split('\n').length} lines` : 'not valid JSON'}`;
    if (typeof content !== 'string')
      return {
        verdict: 'fail',
        sent,
        got,
        means: 'Long arguments arrive cut or broken: large files cannot be written, and the step is lost.',
        mend: NEWER_ENGINE,
      };
    if (bytes <= LIMIT)
      return {
        verdict: 'unknown',
        sent,
        got,
        means: 'The model wrote less than it was asked to, so nothing could be cut.',
      };
    if (!content.includes(`${LINES}:`))
      return { verdict: 'warn', sent, got, means: 'The arguments are whole, but the model left lines out.' };
    return { verdict: 'pass', sent, got, means: 'Large files arrive whole.' };
  },
};
