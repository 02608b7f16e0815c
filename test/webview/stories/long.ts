/** Much, and wide. */
import type { SessionEvent } from '../../../src/protocol/events.ts';
import { edit, passingTest, read, run, search } from './calls.ts';
import { script } from './script.ts';
import type { Story } from './stories.ts';
import { answer, thinking, unbroken } from './texts.ts';

/** A turn of `steps` steps: mostly reads and searches, now and then an edit and a test. */
export function longSession(steps: number): SessionEvent[] {
  const s = script({ startedAgo: 3_600_000, title: 'Rename the discount module everywhere' }).say(
    'Rename it everywhere',
  );
  for (let i = 1; i <= steps; i++) {
    if (i % 10 === 0)
      s.step({ reasoning: thinking, text: `Part ${i / 10} is next.`, calls: [edit(`src/part${i}.ts`)] });
    else if (i % 10 === 5) s.step({ reasoning: 'Check.', calls: [run('npm test', passingTest)] });
    else s.step({ reasoning: `Look at part ${i}.`, calls: [read(`src/part${i}.ts`), search(`part${i}`)] });
  }
  return s.step({ text: answer }).end().events;
}

export const long: Story[] = [
  {
    name: 'steps-300',
    messages: () => {
      const s = script();
      s.events.splice(0, s.events.length, ...longSession(300));
      return [s.snapshot()];
    },
  },
  {
    name: 'unbroken',
    messages: () => [
      script({ title: unbroken })
        .say(`${unbroken}\n${'word '.repeat(400)}`)
        .step({
          reasoning: unbroken,
          calls: [read(unbroken), run(`cat ${unbroken}`, unbroken), edit(unbroken)],
        })
        .step({
          text: `${unbroken}\n\n\`${unbroken}\`\n\n[${unbroken}](https://example.org/${unbroken})\n\n\`\`\`\n${unbroken}\n\`\`\``,
        })
        .end('failed', {
          kind: 'server',
          message: `The backend said: ${unbroken}`,
          hint: 'Look into the log.',
          action: 'showLog',
        })
        .snapshot(),
    ],
    press: [/^Ran cat/, /^Edited/],
  },
];
