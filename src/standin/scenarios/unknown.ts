/** Whatever no other scenario knows: says what this is, and what to do instead. */

import { firstLine, withoutAttachments } from '../results.ts';
import { answer, type Scenario } from '../script.ts';

export const unknown = (others: () => readonly Scenario[]): Scenario => ({
  name: 'unknown',
  about: 'Anything else: says that no model is connected, and how to connect one.',
  matches: () => true,
  next: ({ task }) => {
    const asked = firstLine(withoutAttachments(task)) || firstLine(task);
    return answer(
      `The message is ${asked ? `“${asked}”` : 'empty'}. I compare it with the scripts I have, and none of them fits. I must not invent an answer, so I say what I am and how to reach a real model.`,
      '**I cannot answer this.** No backend is connected, so you are talking to the stand-in: a script, not a model. Its tools are real, its thoughts are written in advance.',
      'To connect a backend with Kimi K2-Thinking:\n\n- in the editor, run the command **Ascent: Select Backend**\n- on the command line, set `ASCENT_BASE_URL` (or pass `--base-url`)',
      `What the scripts can do meanwhile, best in the sample project:\n\n${others()
        .map(({ about }) => `- ${about}`)
        .join('\n')}`,
    );
  },
});
