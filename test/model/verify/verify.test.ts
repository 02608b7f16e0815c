import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../../src/model/estimate.ts';
import type { Json } from '../../../src/model/json.ts';
import { profileOf } from '../../../src/model/profileOf.ts';
import { CASES } from '../../../src/model/verify/cases.ts';
import { reasoningEcho } from '../../../src/model/verify/probes/reasoningEcho.ts';
import { createRawReply } from '../../../src/model/verify/rawReply.ts';
import { PROBES } from '../../../src/model/verify/verify.ts';
import { profiles } from '../../../src/standin/profiles.ts';
import { act, type Scenario } from '../../../src/standin/script.ts';
import type { StandinOptions } from '../../../src/standin/standin.ts';
import { bench, finding } from './bench.ts';

const verdicts = async (...args: Parameters<typeof bench>) => {
  const report = await bench(...args).run();
  return Object.fromEntries(report.findings.map(({ probe, verdict }) => [probe, verdict]));
};
const ALL_PASS = Object.fromEntries(PROBES.map(({ id }) => [id, 'pass']));
const vllm = profiles['vllm-new'];
const every = { request: 'every' } as const;

describe('a sound backend passes every probe', () => {
  it('vLLM, with all cases', async () => {
    const report = await bench({}, { cases: CASES.length }).run();
    expect(report.findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(finding(report, 'schema-accuracy').got).toContain(
      `right choice in ${CASES.length} of ${CASES.length}`,
    );
  });
  it('Moonshot, which refuses a tool call without its thinking', async () => {
    expect(await verdicts({ profile: 'moonshot' }, { profile: 'moonshot' })).toEqual(ALL_PASS);
  });
  it('OpenRouter', async () => {
    expect(await verdicts({ profile: 'openrouter' }, { profile: 'openrouter' })).toEqual(ALL_PASS);
  });
});

const scenario = (call: { name: string; arguments: Record<string, unknown> }): Scenario => ({
  name: 'test',
  about: '',
  matches: () => true,
  next: () => act('I call.', call),
});

/** What goes wrong, where, the verdict, and words of what is said about it. */
const troubles: [string, string, 'warn' | 'fail' | 'unknown', RegExp, StandinOptions, string?][] = [
  ['a window of 16k', 'window', 'fail', /--max-model-len/, { contextWindow: 16_000 }],
  ['a window of 64k', 'window', 'warn', /Long tasks/, { contextWindow: 65_536 }],
  ['a window that is not told', 'window', 'warn', /262,144/, { profile: { ...vllm, window: () => ({}) } }],
  ['no parsers at all', 'stream', 'warn', /--reasoning-parser kimi_k2/, { profile: 'raw' }],
  ['no usage', 'stream', 'warn', /include_usage/, { faults: [{ ...every, kind: 'noUsage' }] }],
  ['no [DONE]', 'stream', 'warn', /no \[DONE\]/, { faults: [{ ...every, kind: 'noDone' }] }],
  [
    'no end at all',
    'stream',
    'fail',
    /where a reply ends/,
    {
      faults: [
        { ...every, kind: 'noDone' },
        { ...every, kind: 'noFinishReason' },
      ],
    },
  ],
  [
    'thinking without an answer',
    'stream',
    'fail',
    /gave no answer/,
    { faults: [{ ...every, kind: 'thinkOnly' }] },
  ],
  [
    'vLLM 0.16, which ignores reasoning_content, with a profile that sends that alone',
    'reasoning-echo',
    'fail',
    /The backend reads reasoning, but.*"ollama"/s,
    {},
    'sglang',
  ],
  [
    'a server that drops thinking under every key',
    'reasoning-echo',
    'fail',
    /vllm#33616/,
    { profile: { ...vllm, readsReasoning: [] } },
  ],
  [
    'a template that splits at the first answer',
    'reasoning-drop',
    'warn',
    /--chat-template-file/,
    { profile: 'llamacpp' },
    'llamacpp',
  ],
  ['random call ids', 'call-ids', 'warn', /kimi_k2/, { profile: 'llamacpp' }, 'llamacpp'],
  [
    'calls without an id',
    'call-ids',
    'warn',
    /of its own/,
    { faults: [{ ...every, kind: 'callIds', how: 'absent' }] },
  ],
  [
    'calls as markup',
    'call-ids',
    'unknown',
    /call markup/,
    { faults: [{ ...every, kind: 'markup', where: 'content' }] },
  ],
  ['calls that get lost', 'several-calls', 'warn', /1 call/, { faults: [{ ...every, kind: 'lostCalls' }] }],
  [
    'deltas without an index',
    'several-calls',
    'fail',
    /lose their arguments/,
    { faults: [{ ...every, kind: 'noIndex' }] },
  ],
  [
    'arguments cut at 8 kB',
    'long-arguments',
    'fail',
    /0\.20/,
    { faults: [{ ...every, kind: 'arguments', how: 'cut' }] },
  ],
  [
    'a tool that only the history knows',
    'undeclared-tool',
    'warn',
    /called search_web/,
    {
      scenario: scenario({ name: 'read_file', arguments: { path: 'x' } }),
      faults: [{ ...every, kind: 'undeclaredTool', name: 'search_web' }],
    },
  ],
  ['no prompt cache', 'cached-prefix', 'warn', /--enable-cache-report/, { profile: 'sglang' }, 'sglang'],
  [
    'a server that goes on after a cancel',
    'cancel',
    'warn',
    /go on with what was stopped/,
    { faults: [{ ...every, kind: 'keepsSlot' }] },
  ],
  ['calls as markup', 'schema-accuracy', 'warn', /3 of 3 calls.*reads all the same/, { profile: 'raw' }],
  [
    'a tool that only the history knows, called in markup',
    'undeclared-tool',
    'warn',
    /called search_web/,
    {
      profile: 'raw',
      scenario: scenario({ name: 'read_file', arguments: { path: 'x' } }),
      faults: [{ ...every, kind: 'undeclaredTool', name: 'search_web' }],
    },
  ],
  [
    'arguments that lack a property',
    'schema-accuracy',
    'fail',
    /0 of 3 calls/,
    { faults: [{ ...every, kind: 'wrongArguments' }] },
  ],
  [
    'arguments that are no JSON',
    'schema-accuracy',
    'fail',
    /not valid JSON/,
    { faults: [{ ...every, kind: 'invalidJson', how: 'missingBrace' }] },
  ],
  [
    'no calls, ever',
    'schema-accuracy',
    'fail',
    /No tool is ever called/,
    { faults: [{ ...every, kind: 'finishWithoutCalls' }] },
  ],
];

describe('each trouble is found, and what mends it is said', () => {
  it.each(troubles)('%s', async (_, probe, verdict, words, standin, profile) => {
    const found = finding(await bench(standin, profile ? { profile } : {}).run(), probe);
    expect(found.verdict).toBe(verdict);
    expect(`${found.got} ${found.means} ${found.mend}`).toMatch(words);
  });
  it('thinking that goes in twice', async () => {
    const both = (message: Json) => `${message.reasoning ?? ''}${message.reasoning_content ?? ''}`;
    const outcome = await reasoningEcho.run({
      model: 'k2',
      profile: profileOf({ baseUrl: '', profile: 'vllm' }),
      cases: 1,
      models: async () => ({}),
      loaded: async () => undefined,
      now: () => 0,
      say: () => {},
      chat: async ({ messages }) => {
        const { reply, push } = createRawReply();
        const tokens = 100 + estimateTokens(messages.map(both).join(''));
        push({ choices: [], usage: { prompt_tokens: tokens, completion_tokens: 1 } });
        return reply;
      },
    });
    expect(outcome).toMatchObject({ verdict: 'warn', means: expect.stringContaining('twice') });
  });
  it('prompts that are not counted', async () => {
    const found = await verdicts({ faults: [{ ...every, kind: 'noUsage' }] });
    expect(found).toMatchObject({
      'reasoning-echo': 'unknown',
      'reasoning-drop': 'unknown',
      'cached-prefix': 'unknown',
    });
  });
});
