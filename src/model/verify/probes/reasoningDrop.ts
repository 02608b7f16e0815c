import type { Json } from '../../json.ts';
import { assistant, type Probe, user } from '../probe.ts';
import {
  countOrRefused,
  echoOf,
  isGone,
  isThere,
  NO_USAGE,
  step,
  THINKING_TOKENS,
  under,
} from './thinkingHistory.ts';

/**
 * Once a plain answer is given, K2's template leaves earlier thinking out. Two answers stand in this history, as a
 * template that looks for the first one instead of the last (llama.cpp's copy) keeps what lies between them.
 */
export const reasoningDrop: Probe = {
  id: 'reasoning-drop',
  title: 'Thinking leaves after an answer',
  load: () => ({ requests: 2, prompt: 600 + THINKING_TOKENS, output: 32, most: 32 }),
  async run(context) {
    const sent = `A finished tool loop and its answer, without thinking and with ${THINKING_TOKENS} tokens of it; prompt tokens compared`;
    const without = await countOrRefused(context, history({ reasoning_content: '' }));
    const withIt = await countOrRefused(context, history(under(echoOf(context.profile))));
    if (typeof without !== 'number' || typeof withIt !== 'number') return { ...NO_USAGE, sent };
    const growth = withIt - without;
    const got = `${growth < 0 ? '−' : '+'}${Math.abs(growth)} tokens`;
    if (isGone(growth))
      return { verdict: 'pass', sent, got, means: 'Finished tasks cost no thinking in later ones.' };
    if (!isThere(growth))
      return {
        verdict: 'unknown',
        sent,
        got,
        means: 'More than nothing, less than the thinking: it cannot be told.',
      };
    return {
      verdict: 'warn',
      sent,
      got,
      means:
        'Thinking of finished tasks stays in every prompt: the window fills sooner, and the model sees more than it was trained with. Models from K2.6 on may mean it so.',
      mend: 'Serve with the chat template that comes with the weights (llama.cpp: --chat-template-file).',
    };
  },
};

const history = (reasoning: Json): Json[] => [
  user('Which language is this project written in?'),
  assistant('TypeScript.'),
  user('How does dates.ts round? Look into the file.'),
  ...step(reasoning),
  assistant('It rounds half to even.'),
  user('Thank you. Which file did you read?'),
];
