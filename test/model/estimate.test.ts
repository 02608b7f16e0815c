import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateMessage, estimatePrompt, estimateTokens, recalibrated } from '../../src/model/estimate.ts';

const repo = new URL('../../', import.meta.url);
const file = (path: string) => readFileSync(new URL(path, repo), 'utf8');
const hex = Array.from({ length: 100 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex')).join(
  '\n',
);
const listing = Array.from(
  { length: 80 },
  (_, i) =>
    `-rw-r--r--  1 build build ${String(i * 7919 + 1013).padStart(8)} Nov ${10 + (i % 20)} 0${i % 10}:${10 + (i % 50)} module-${i}.test.ts`,
).join('\n');
const chinese = '我们先看一下这个文件的内容，然后决定怎么修改。测试通过之后再提交。'.repeat(20);

describe('the estimate', () => {
  // Characters per token as measured with K2's vocabulary on such text.
  it.each([
    ['TypeScript', file('src/protocol/transcript.ts'), 4.4],
    ['a lock file', file('package-lock.json').slice(0, 60_000), 2.2],
    ['a listing', listing, 2.3],
    ['hex', hex, 1.75],
    ['Chinese', chinese, 1.75],
  ])('of %s is within 35 % of the truth', (_, text, charactersPerToken) => {
    const ratio = estimateTokens(text) / (text.length / charactersPerToken);
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.35);
  });

  it('counts every part of a message and of the declared tools', () => {
    const call = { id: 'x', name: 'bash', arguments: '{"command":"npm test"}' };
    const bare = estimateMessage({ role: 'assistant', text: '', toolCalls: [] });
    const full = estimateMessage({ role: 'assistant', text: 'Hi', reasoning: 'Hm', toolCalls: [call] });
    expect(full).toBeGreaterThan(bare + 10);
    const tool = { name: 'bash', description: 'Runs it.', parameters: { type: 'object' } };
    const user = { role: 'user', text: 'Hello' } as const;
    expect(estimatePrompt([user], [tool])).toBeGreaterThan(estimatePrompt([user], []) + 5);
  });
});

describe('calibration', () => {
  it('follows what the backend counts', () => {
    let ratio = recalibrated(undefined, 1000, 1200);
    expect(ratio).toBe(1.2);
    for (let i = 0; i < 10; i++) ratio = recalibrated(ratio, 1000, 900);
    expect(ratio).toBeCloseTo(0.9, 2);
  });
  it('believes nothing absurd', () => {
    expect(recalibrated(undefined, 0, 500)).toBe(1);
    expect(recalibrated(1.1, 500, 0)).toBe(1.1);
    expect(recalibrated(undefined, 10, 1_000_000)).toBe(3);
  });
});
