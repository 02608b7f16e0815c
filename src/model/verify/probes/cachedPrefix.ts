import { estimateTokens } from '../../estimate.ts';
import { PROMPT_ONLY, type Probe } from '../probe.ts';

const PARAGRAPH =
  'A durable log is written before the effect it describes. After a crash the log is read from its start, each record is checked, and what was begun and not finished is either done again or undone.';
const PROMPT = Array.from({ length: 40 }, (_, number) => `${number + 1}. ${PARAGRAPH}`).join('\n');
const TOKENS = estimateTokens(PROMPT);

/** The same prompt twice: an agent sends its whole history at each step, so the second must come from the cache. */
export const cachedPrefix: Probe = {
  id: 'cached-prefix',
  title: 'Prompt cache',
  load: () => ({ requests: 2, prompt: 2 * TOKENS, output: 2 * PROMPT_ONLY, most: 2 * PROMPT_ONLY }),
  async run({ chat }) {
    const sent = `The same prompt of about ${TOKENS.toLocaleString('en')} tokens twice`;
    const messages = [
      { role: 'system', content: PROMPT },
      { role: 'user', content: 'In one word: what is written first? (This is a check of the backend.)' },
    ];
    const first = await chat({ messages, budget: PROMPT_ONLY });
    const second = await chat({ messages, budget: PROMPT_ONLY });
    const { usage } = second;
    if (!usage)
      return {
        verdict: 'unknown',
        sent,
        got: 'no usage',
        means: 'Whether prompts are cached cannot be told.',
      };
    if (usage.cachedTokens)
      return {
        verdict: 'pass',
        sent,
        got: `${usage.cachedTokens.toLocaleString('en')} of ${usage.promptTokens.toLocaleString('en')} prompt tokens from the cache`,
        means: 'A long session pays for what is new, not for its whole history at each step.',
      };
    const faster =
      first.firstTokenMs && second.firstTokenMs && second.firstTokenMs < first.firstTokenMs / 2
        ? ' The second answer began sooner, so it may be cached and not told.'
        : '';
    return {
      verdict: 'warn',
      sent,
      got: usage.cachedTokens === 0 ? 'no prompt tokens from the cache' : 'cached tokens are not told',
      means: `Each step may pay for, and wait for, the whole history.${faster}`,
      mend: 'vLLM: --enable-prefix-caching, and --enable-prompt-tokens-details to have it told. SGLang: --enable-cache-report. A host: ask whether it caches prompts.',
    };
  },
};
