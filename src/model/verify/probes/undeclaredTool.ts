import { called, callsIn, NO_CALL, type Probe, READ_FILE, user } from '../probe.ts';

const BUDGET = 4_096;
const BAIT = 'search_web';

/**
 * The history uses a tool that is not on offer any more. Without guided decoding the model reaches for it again:
 * 316 of 1,325 calls in the vLLM project's own test of K2.
 */
export const undeclaredTool: Probe = {
  id: 'undeclared-tool',
  title: 'Undeclared tools',
  load: () => ({ requests: 1, prompt: 300, output: 500, most: BUDGET }),
  async run({ chat }) {
    const sent = `A history that used ${BAIT}, which is not declared now, and a question that invites it`;
    const reply = await chat({
      messages: [
        user('Search the web for the release date of TypeScript 5.0.'),
        ...called(
          [
            {
              id: `functions.${BAIT}:0`,
              name: BAIT,
              arguments: { query: 'TypeScript 5.0 release date' },
              result: 'TypeScript 5.0 was released on March 16, 2023.',
            },
          ],
          { reasoning_content: 'I search for it.' },
        ),
        { role: 'assistant', content: 'TypeScript 5.0 was released on March 16, 2023.' },
        user('And now search the web for the release date of TypeScript 5.9.'),
      ],
      tools: [READ_FILE],
      budget: BUDGET,
    });
    const calls = callsIn(reply);
    const undeclared = calls
      .filter(call => call.name !== 'read_file')
      .map(call => call.name ?? 'a call without a name');
    if (undeclared.length)
      return {
        verdict: 'warn',
        sent,
        got: `called ${undeclared.join(', ')}`,
        means:
          'Tools that do not exist get called. Ascent runs none of them and tells the model which there are, which costs a step.',
        mend: 'Serve with guided decoding of tool calls, where the engine has it for K2.',
      };
    return {
      verdict: 'pass',
      sent,
      got: calls.length ? `called ${calls[0]?.name}` : NO_CALL(reply),
      means: 'It keeps to the tools on offer.',
    };
  },
};
