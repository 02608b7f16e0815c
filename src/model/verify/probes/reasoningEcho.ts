import type { Json } from '../../json.ts';
import type { EchoKey } from '../../profile.ts';
import { PROFILES } from '../../profiles.ts';
import { type Outcome, type Probe, type ProbeContext, user } from '../probe.ts';
import {
  countOrRefused,
  echoOf,
  isThere,
  NO_USAGE,
  step,
  THINKING_TOKENS,
  under,
} from './thinkingHistory.ts';

const KEYS: readonly EchoKey[] = ['reasoning_content', 'reasoning', 'reasoning_details'];
const PROMPT = 200;

/**
 * The same running tool loop without its thinking, then with it under each key: the prompt must grow. Deterministic,
 * as nothing is left to the model. Catches vLLM 0.16 and later, which ignore `reasoning_content` (vllm#33616).
 */
export const reasoningEcho: Probe = {
  id: 'reasoning-echo',
  title: 'Thinking comes back',
  load: () => ({
    requests: KEYS.length + 2,
    prompt: (KEYS.length + 2) * PROMPT + (KEYS.length + 1) * THINKING_TOKENS,
    output: (KEYS.length + 2) * 16,
    most: (KEYS.length + 2) * 16,
  }),
  async run(context) {
    const sent = `A tool loop without its thinking, then with ${THINKING_TOKENS} tokens of it under each key; prompt tokens compared`;
    const base = await baseline(context);
    if (base === undefined || base === 'refused') return { ...NO_USAGE, sent };
    const read: EchoKey[] = [];
    const seen: string[] = [];
    for (const key of KEYS) {
      context.say(key);
      const growth = await growthWith(context, [key], base);
      if (growth === undefined) return { ...NO_USAGE, sent };
      if (growth !== 'refused' && isThere(growth)) read.push(key);
      seen.push(`${key} ${growth === 'refused' ? 'refused' : signed(growth)}`);
    }
    const own = echoOf(context.profile);
    const ours = await growthWith(context, own, base);
    seen.push(
      `as Ascent sends it (${own.join(' + ')}) ${typeof ours === 'number' ? signed(ours) : 'refused'}`,
    );
    return { sent, got: seen.join(', '), ...judge(ours, read, own) };
  },
};

function judge(
  ours: number | 'refused' | undefined,
  read: readonly EchoKey[],
  own: readonly EchoKey[],
): Pick<Outcome, 'verdict' | 'means' | 'mend'> {
  if (typeof ours === 'number' && isThere(ours))
    return ours > 1.6 * THINKING_TOKENS
      ? {
          verdict: 'warn',
          means: 'The same thinking is in the prompt twice: each step costs more than it should.',
          mend: profileFor(read[0] ?? 'reasoning_content'),
        }
      : { verdict: 'pass', means: 'Within a task the model sees what it thought in earlier steps.' };
  const [key] = read;
  if (key)
    return {
      verdict: 'fail',
      means: `The backend reads ${key}, but this profile sends ${own.join(' and ')}: each step starts without the thinking before it.`,
      mend: profileFor(key),
    };
  return {
    verdict: 'fail',
    means:
      'Every step starts without the thinking before it: the model works things out again and loses the thread.',
    mend: 'vLLM from 0.16 on drops it (vllm#33616): use a version with vllm#42664, or one before 0.16. Else: serve with the chat template that comes with the weights; behind a gateway, let reasoning_content and reasoning pass.',
  };
}

/** Strict hosts refuse a tool call without its thinking; an empty one satisfies them. */
async function baseline(context: ProbeContext) {
  const plain = await countOrRefused(context, history({}));
  return plain === 'refused' ? countOrRefused(context, history({ reasoning_content: '' })) : plain;
}

async function growthWith(context: ProbeContext, keys: readonly EchoKey[], base: number) {
  const tokens = await countOrRefused(context, history(under(keys)));
  return typeof tokens === 'number' ? tokens - base : tokens;
}

const history = (reasoning: Json): Json[] => [
  user('How does dates.ts round? Look into the file.'),
  ...step(reasoning),
];

/** "+512 tokens" */
const signed = (tokens: number) => `${tokens < 0 ? '−' : '+'}${Math.abs(tokens)} tokens`;

const profileFor = (key: EchoKey): string => {
  const fitting = PROFILES.filter(
    ({ echo, hosts }) => echo !== 'seen' && !hosts.length && echo.length === 1 && echo[0] === key,
  );
  const names = fitting.map(({ id }) => `"${id}"`).join(' or ');
  return names
    ? `Set ascent.backend.profile (--profile) to ${names}, which sends ${key}.`
    : 'Set ascent.backend.profile (--profile) to "openrouter", which sends reasoning_details.';
};
