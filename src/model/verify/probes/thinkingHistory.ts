/** Histories with known thinking in them, for the two probes that count prompt tokens with it and without. */
import { ModelError } from '../../client.ts';
import { estimateTokens } from '../../estimate.ts';
import type { Json } from '../../json.ts';
import type { EchoKey, Profile } from '../../profile.ts';
import { called, PROMPT_ONLY, type ProbeContext, READ_FILE } from '../probe.ts';

const SENTENCES = [
  'The test compares two dates, and only one of them knows its time zone.',
  'Before I change the parser I should see who else relies on the old rounding.',
  'The configuration lists three folders; the second one is never read.',
  'If the cache were stale, the first request after a restart would differ, and it does not.',
  'A smaller step is safer here: first the failing case, then the cleanup around it.',
];
/** About 500 tokens that no template has by itself. */
export const THINKING = Array.from(
  { length: 6 },
  (_, round) => `Round ${round + 1}. ${SENTENCES.join(' ')}`,
).join('\n');
export const THINKING_TOKENS = estimateTokens(THINKING);

/** Grown by at least half of the thinking: it is in the prompt. By less than a tenth: it is not. */
export const isThere = (growth: number) => growth >= THINKING_TOKENS / 2;
export const isGone = (growth: number) => growth < THINKING_TOKENS / 10;

export const under = (keys: readonly EchoKey[]): Json =>
  Object.fromEntries(
    keys.map(key => [
      key,
      key === 'reasoning_details'
        ? [{ type: 'reasoning.text', text: THINKING, format: null, index: 0 }]
        : THINKING,
    ]),
  );

/** The keys that this profile sends before it has seen the backend's own. */
export const echoOf = ({ echo }: Profile): readonly EchoKey[] =>
  echo === 'seen' ? ['reasoning_content', 'reasoning'] : echo;

export const step = (reasoning: Json): Json[] =>
  called(
    [
      {
        id: 'functions.read_file:0',
        name: 'read_file',
        arguments: { path: 'dates.ts' },
        result: 'export const rounding = "half-even";',
      },
    ],
    reasoning,
  );

/** The tokens of a prompt, as the backend counts them. Undefined where it does not tell. */
export async function promptTokens(context: ProbeContext, messages: Json[]): Promise<number | undefined> {
  const reply = await context.chat({ messages, tools: [READ_FILE], budget: PROMPT_ONLY });
  return reply.usage?.promptTokens;
}

/** As `promptTokens`; 'refused' where the backend answers 400. */
export async function countOrRefused(
  context: ProbeContext,
  messages: Json[],
): Promise<number | 'refused' | undefined> {
  try {
    return await promptTokens(context, messages);
  } catch (error) {
    if (error instanceof ModelError && error.kind === 'badRequest') return 'refused';
    throw error;
  }
}

export const NO_USAGE = {
  verdict: 'unknown',
  got: 'No usage, so nothing to count with',
  means: 'Whether the model sees its earlier thinking cannot be told.',
} as const;
