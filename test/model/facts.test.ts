import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/model/models.ts';
import { costOf, isFree, PRICES, priceOf } from '../../src/model/prices.ts';
import { profileFor, profileOf } from '../../src/model/profileOf.ts';
import { CUSTOM, PROFILES } from '../../src/model/profiles.ts';
import { outputBudget } from '../../src/model/request.ts';

describe('profiles', () => {
  it.each(PROFILES.map(p => [p.id, p.baseUrl]))('%s is known by its own address', (id, baseUrl) => {
    expect(profileFor(baseUrl).id).toBe(id);
  });
  it.each([
    ['http://localhost:8000/v1', 'vllm'],
    ['http://[::1]:30000/v1', 'sglang'],
    ['https://us.api.openrouter.ai/v1', 'openrouter'],
    ['https://notopenrouter.ai/v1', 'custom'],
    ['http://10.0.0.7:8000/v1', 'custom'],
    ['nonsense', 'custom'],
  ])('%s is taken for %s', (baseUrl, id) => expect(profileFor(baseUrl).id).toBe(id));

  it('that are named win over the address; unknown names fall back to it', () => {
    const baseUrl = 'https://openrouter.ai/api/v1';
    expect(profileOf({ profile: 'custom', baseUrl })).toBe(CUSTOM);
    expect(profileOf({ profile: 'gone', baseUrl }).id).toBe('openrouter');
  });
  it('have ids of their own', () => {
    expect(new Set(PROFILES.map(p => p.id)).size).toBe(PROFILES.length);
  });
});

describe('models', () => {
  it.each([
    ['kimi-k2-thinking', false, 1],
    ['moonshotai/Kimi-K2-Thinking', true, 1],
    ['kimi-k2-thinking-maas', false, 1],
    ['kimi-k2.6', true, undefined],
    ['moonshotai/Kimi-K2.5', true, undefined],
    ['kimi-k3', false, undefined],
    ['kimi-for-coding', false, undefined],
    ['my-k2', true, 1],
    ['something', false, undefined],
  ])('%s (self-hosted: %s) gets temperature %s', (model, selfHosted, temperature) => {
    expect(factsOf(model, selfHosted).temperature).toBe(temperature);
  });
});

describe('prices', () => {
  const profile = (id: string) => PROFILES.find(p => p.id === id)!;
  it('are those of the profile’s own table', () => {
    expect(priceOf(profile('moonshot'), 'kimi-k3')).toMatchObject({ currency: 'USD', output: 15 });
    expect(priceOf(profile('moonshot-cn'), 'kimi-k3')).toMatchObject({ currency: 'CNY', output: 100 });
    expect(priceOf(profile('vllm'), 'kimi-k2-thinking')).toBeUndefined();
    expect(priceOf(profile('moonshot'), 'unheard-of')).toBeUndefined();
  });
  it('keep the announcement: 4 / 16 / 1 and 8 / 58 / 1 CNY', () => {
    const cn = (model: string) => priceOf(profile('moonshot-cn'), model);
    expect(cn('kimi-k2-thinking')).toMatchObject({ input: 4, output: 16, cached: 1, until: '2026-05-25' });
    expect(cn('kimi-k2-thinking-turbo')).toMatchObject({ input: 8, output: 58, cached: 1 });
  });
  it.each([
    ['openrouter', 'moonshotai/kimi-k2-thinking'],
    ['together', 'moonshotai/Kimi-K2-Thinking'],
    ['fireworks', 'accounts/fireworks/models/kimi-k2-thinking'],
    ['novita', 'moonshotai/kimi-k2-thinking'],
    ['deepinfra', 'moonshotai/Kimi-K2-Thinking'],
    ['vercel', 'moonshotai/kimi-k2-thinking'],
    ['siliconflow', 'moonshotai/Kimi-K2-Thinking'],
    ['alibaba', 'kimi-k2-thinking'],
    ['vertex', 'moonshotai/kimi-k2-thinking-maas'],
    ['bedrock', 'moonshot.kimi-k2-thinking'],
    ['moonshot', 'kimi-k2.7-code'],
  ])('are known for %s, under its own name of the model', (id, model) => {
    const price = priceOf(profile(id), model)!;
    expect(price.input).toBeGreaterThanOrEqual(price.cached);
    expect(price.output).toBeGreaterThan(price.input);
  });
  it('count cached input apart', () => {
    const price = priceOf(profile('moonshot-cn'), 'kimi-k2-thinking')!;
    const usage = { promptTokens: 1_000_000, cachedTokens: 250_000, completionTokens: 500_000 };
    expect(costOf(usage, price)).toEqual({ amount: 3 + 0.25 + 8, currency: 'CNY' });
  });
  it('belong to a table that some profile uses, and say when they were read', () => {
    for (const [key, table] of Object.entries(PRICES)) {
      expect(PROFILES.some(p => p.prices === key)).toBe(true);
      for (const price of table) expect(price.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});

describe('the output budget', () => {
  const room = {
    window: 262_144,
    prompt: 10_000,
    outputCap: 262_144,
    tokensAMinute: Number.POSITIVE_INFINITY,
  };
  it('is 32k where there is room, all of it on demand, and never more than the host gives', () => {
    expect(outputBudget(room, false)).toBe(32_768);
    expect(outputBudget(room, true)).toBe(262_144 - 10_000 - 1_024);
    expect(outputBudget({ ...room, outputCap: 16_000 }, false)).toBe(16_000);
  });
  it('is a small part of the tokens of a minute, and enough to think with', () => {
    const limited = (tokensAMinute: number, more = {}) => ({ ...room, tokensAMinute, ...more });
    expect(outputBudget(limited(2_000_000), false)).toBe(32_768);
    expect(outputBudget(limited(2_000_000), true)).toBe(262_144 - 10_000 - 1_024);
    expect(outputBudget(limited(500_000), false)).toBe(31_250);
    expect(outputBudget(limited(500_000), true)).toBe(125_000);
    expect(outputBudget(limited(100_000), false)).toBe(16_000);
  });
  it('leaves a request below the whole limit of a minute, where that can be', () => {
    expect(outputBudget({ ...room, tokensAMinute: 20_000 }, true)).toBe(10_000);
    expect(outputBudget({ ...room, tokensAMinute: 9_000 }, true)).toBe(1_024);
  });
  it('shrinks with what is left, to a floor at which the backend decides', () => {
    expect(outputBudget({ ...room, prompt: 250_000 }, false)).toBe(262_144 - 250_000 - 1_024);
    expect(outputBudget({ ...room, prompt: 270_000 }, false)).toBe(1_024);
  });
});

describe('a backend without prices', () => {
  it.each([
    ['vllm', 'https://k2.example/v1', true],
    ['custom', 'http://localhost:9/v1', true],
    ['custom', 'http://192.168.1.5:8000/v1', true],
    ['custom', 'http://172.20.0.5:8000/v1', true],
    ['custom', 'http://gpu-box:8000/v1', true],
    ['custom', 'http://gpu.local:8000/v1', true],
    ['custom', 'https://k2.example/v1', false],
    ['custom', 'https://10.example/v1', false],
    ['custom', 'https://172.32.0.5/v1', false],
    ['together', 'https://api.together.xyz/v1', false],
    ['moonshot', 'https://api.moonshot.ai/v1', false],
  ])('%s at %s costs nothing: %s', (profile, baseUrl, free) => {
    expect(isFree({ profile, baseUrl })).toBe(free);
  });
});
