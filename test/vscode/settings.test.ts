/** What counts as a setting, with VS Code's own configuration. */
import assert from 'node:assert/strict';
import { readSettings } from '../../src/extension/settings.ts';
import { userSettings } from '../../src/extension/userSettings.ts';
import { setUserSetting, setWorkspaceSettings } from './support.ts';

const read = () => readSettings(userSettings());
/** For each setting a value that is not its default. */
const others: Record<string, unknown> = {
  'ascent.backend.baseUrl': 'https://elsewhere.example/v1',
  'ascent.backend.model': 'another-model',
  'ascent.backend.profile': 'vllm',
  'ascent.approvals': 'all',
  'ascent.maxSteps': 7,
  'ascent.maxCost': 3,
  'ascent.resume': 'ask',
};

suite('settings', () => {
  teardown(async () => {
    for (const name of Object.keys(others)) await setUserSetting(name, undefined);
  });

  test('of a workspace count for nothing', async () => {
    const before = read();
    await setWorkspaceSettings(others);
    assert.deepEqual(read(), before);
    assert.deepEqual(before.complaints, []);
  });

  test('of the person count', async () => {
    for (const [name, value] of Object.entries(others)) await setUserSetting(name, value);
    assert.deepEqual(read(), {
      settings: {
        backend: {
          baseUrl: 'https://elsewhere.example/v1',
          model: 'another-model',
          profile: 'vllm',
          standIn: false,
        },
        mode: 'all',
        limits: { maxSteps: 7, maxCost: 3, maxCostPerTurn: undefined, maxCostPerDay: undefined },
        resume: 'ask',
        sandbox: { use: 'whenAvailable', network: false },
      },
      complaints: [],
    });
  });

  const malformed: [name: string, value: unknown][] = [
    ['ascent.backend.baseUrl', 'http://elsewhere.example/v1'],
    ['ascent.backend.baseUrl', 17],
    ['ascent.backend.profile', 'no-such-profile'],
    ['ascent.approvals', 'everything'],
    ['ascent.maxSteps', 'many'],
    ['ascent.maxCost', -1],
    ['ascent.resume', true],
  ];
  for (const [name, value] of malformed) {
    test(`a malformed ${name} (${value}) is complained about by name`, async () => {
      if (name.endsWith('profile'))
        await setUserSetting('ascent.backend.baseUrl', 'https://elsewhere.example/v1');
      await setUserSetting(name, value);
      const { complaints } = read();
      assert.equal(complaints.length, 1);
      assert.ok(complaints[0]?.includes(`${name}:`), complaints[0]);
    });
  }
});
