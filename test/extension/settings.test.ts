import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/extension/settings.ts';

const profiles = { names: ['vllm', 'moonshot', 'custom'], guess: () => 'vllm' };
const read = (values: Record<string, unknown>, env: Record<string, string> = {}) =>
  readSettings({ value: name => values[name], env, profiles });

describe('with nothing set', () => {
  it('the stand-in answers, everything asks, and a run has 300 steps', () => {
    expect(read({})).toEqual({
      complaints: [],
      settings: {
        backend: { baseUrl: 'standin:', model: 'kimi-k2-thinking', profile: 'standin', standIn: true },
        mode: 'ask',
        limits: { maxSteps: 300, maxCost: undefined, maxCostPerTurn: undefined, maxCostPerDay: undefined },
        resume: 'auto',
        sandbox: { use: 'whenAvailable', network: false },
      },
    });
  });
  it('the environment stands in', () => {
    const { settings } = read(
      { 'backend.baseUrl': '', 'backend.model': ' ' },
      { ASCENT_BASE_URL: 'http://127.0.0.1:8000/v1/', ASCENT_MODEL: 'k2', ASCENT_PROFILE: 'moonshot' },
    );
    expect(settings.backend).toEqual({
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: 'k2',
      profile: 'moonshot',
      standIn: false,
    });
  });
});

it('a setting wins over the environment, and the profile is told by the address', () => {
  const { settings } = read(
    { 'backend.baseUrl': 'https://k2.example/v1', maxSteps: 7, maxCost: 2.5, approvals: 'edits' },
    { ASCENT_BASE_URL: 'https://other.example/v1' },
  );
  expect(settings).toMatchObject({
    backend: { baseUrl: 'https://k2.example/v1', model: '', profile: 'vllm' },
    mode: 'edits',
    limits: { maxSteps: 7, maxCost: 2.5 },
  });
});

describe('a malformed value', () => {
  it.each([
    ['backend.baseUrl', 'ftp://k2.example'],
    ['backend.baseUrl', 'k2.example/v1'],
    ['backend.baseUrl', 'http://k2.example/v1'],
    ['backend.baseUrl', 'https://me:secret@k2.example/v1'],
    ['backend.baseUrl', 42],
  ])('%s = %j: one complaint, and nothing is sent to it', (name, value) => {
    const { settings, complaints } = read({ [name]: value });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`ascent.${name}`);
    expect(complaints[0]).not.toContain('secret');
    expect(settings.backend.standIn).toBe(true);
  });
  it.each([
    ['approvals', 'everything', { mode: 'ask' }],
    ['approvals', true, { mode: 'ask' }],
    ['resume', 'never', { resume: 'auto' }],
    ['sandbox', true, { sandbox: { use: 'whenAvailable' } }],
    ['sandboxNetwork', 'true', { sandbox: { network: false } }],
    ['maxSteps', 0, { limits: { maxSteps: 300 } }],
    ['maxSteps', 1.5, { limits: { maxSteps: 300 } }],
    ['maxSteps', '12', { limits: { maxSteps: 300 } }],
  ])('%s = %j: one complaint, and the safe default', (name, value, expected) => {
    const { settings, complaints } = read({ [name]: value });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`ascent.${name}`);
    expect(settings).toMatchObject(expected);
  });
  it('of the cost limit never becomes "no limit"', () => {
    for (const name of ['maxCost', 'maxCostPerTurn', 'maxCostPerDay'] as const) {
      for (const value of [-1, '5', Number.NaN, {}]) {
        const { settings, complaints } = read({ [name]: value });
        expect(complaints).toEqual([expect.stringContaining(`ascent.${name}:`)]);
        expect(settings.limits[name]).toBeGreaterThan(0);
      }
    }
  });
  it('of the profile is told, with the known ones, and the address tells it', () => {
    const { settings, complaints } = read({
      'backend.baseUrl': 'https://k2.example',
      'backend.profile': 'vlm',
    });
    expect(complaints[0]).toContain('vllm, moonshot, custom');
    expect(settings.backend.profile).toBe('vllm');
  });
});

it('each cost limit is its own, and 0 is none', () => {
  const { settings } = read({ maxCost: 0, maxCostPerTurn: 0.5, maxCostPerDay: 20 });
  expect(settings.limits).toEqual({
    maxSteps: 300,
    maxCost: undefined,
    maxCostPerTurn: 0.5,
    maxCostPerDay: 20,
  });
});

it('the stand-in can be chosen against the environment', () => {
  const { settings } = read({ 'backend.baseUrl': 'standin:' }, { ASCENT_BASE_URL: 'https://k2.example/v1' });
  expect(settings.backend.standIn).toBe(true);
});
