/** What is written when the client asks for a summary, because the history has to make room. */
import type { Conversation } from '../conversation.ts';
import { firstLine } from '../results.ts';
import { answer, type Scenario } from '../script.ts';

export const summary: Scenario = {
  name: 'summary',
  about: 'A summary of what was done, when the client asks for one',
  matches: text => /^Room has to be made in the context\b/.test(text),
  next(conversation) {
    const { done, steps, summary: before, task } = conversation.earlier();
    const taken = steps + stepsTaken(before);
    const counts = Map.groupBy(done, call => call.name);
    const last = done.at(-1);
    return answer(
      'The history is long. I say what was done and where it stands.',
      `Steps taken: ${taken}.`,
      [...counts]
        .map(([name, calls]) => `- ${name}: ${calls.length} calls since the last summary`)
        .join('\n'),
      last?.result
        ? `The last result began: ${firstLine(last.result)}`
        : `Nothing came back yet for: ${firstLine(task)}`,
    );
  },
};

/** The steps that a summary counted. */
export const stepsTaken = (summary: Conversation['summary']): number =>
  Number(summary?.match(/Steps taken: (\d+)/)?.[1] ?? 0);
