import { listedModels } from '../../modelChoice.ts';
import { limitsToldBy, loadedWindow } from '../../window.ts';
import type { Probe } from '../probe.ts';

/** Below this an agent forgets its task in the middle of it; tokens. */
const SMALL = 32_768;
/** Half of what K2-Thinking has; tokens. */
const MODEST = 131_072;

const FLAGS =
  'vLLM: --max-model-len 262144. SGLang: --context-length 262144. KTransformers: --max-total-tokens. llama.cpp: --ctx-size 262144. Ollama: OLLAMA_CONTEXT_LENGTH.';

/** Every server tells its window under a name of its own, and many serve less than the model has. */
export const window: Probe = {
  id: 'window',
  title: 'Context window',
  load: () => ({ requests: 0, prompt: 0, output: 0, most: 0 }),
  async run({ model, profile, models, loaded }) {
    const sent = ['GET /models', profile.loadedAt].filter(Boolean).join(', ');
    const list = await models();
    const ids = listedModels(list);
    const told = loadedWindow(await loaded(), model) ?? limitsToldBy(list, model).window;
    const tokens = told === undefined ? 'no window is told' : `${told.toLocaleString('en')} tokens`;
    const got = ids.includes(model) ? tokens : `${tokens}, and ${model} is not in the list`;
    if (told === undefined)
      return {
        verdict: 'warn',
        sent,
        got,
        means: `Ascent takes the profile's ${profile.window.toLocaleString('en')} tokens, and lowers that when a request overflows.`,
        mend: profile.loadedAt
          ? 'It is told once the model is loaded: verify again after the first reply.'
          : 'A server of your own usually tells it; behind a gateway, let GET /models pass.',
      };
    if (told < SMALL)
      return {
        verdict: 'fail',
        sent,
        got,
        means: 'Too small for agent work: a few files fill it.',
        mend: FLAGS,
      };
    if (told < MODEST)
      return {
        verdict: 'warn',
        sent,
        got,
        means: 'Long tasks will run out of room; K2-Thinking has 262,144.',
        mend: FLAGS,
      };
    return { verdict: 'pass', sent, got, means: 'Room for long tasks.' };
  },
};
