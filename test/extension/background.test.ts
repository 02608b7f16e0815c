import { expect, it } from 'vitest';
import { parseRun } from '../../src/cli/args.ts';
import { backgroundArgs, backgroundEnv } from '../../src/extension/background.ts';

const wish = {
  id: 's1',
  stateDir: '/state',
  backend: { baseUrl: 'https://k2.example/v1', model: 'k2', profile: 'moonshot', standIn: false },
  limits: { maxSteps: 50, maxCost: 2, maxCostPerTurn: 1.5, maxCostPerDay: undefined },
  sandbox: { use: 'required' as const, network: true },
  editorData: '/editor',
  ripgrep: '/opt/rg',
  apiKey: 'sk-secret',
};

it('the command line in the background is told all that holds in the editor, but never the key', () => {
  const args = backgroundArgs(wish);
  expect(args.join(' ')).not.toContain('sk-secret');
  expect(args.slice(0, 2)).toEqual(['resume', 's1']);
  expect(parseRun(args.slice(2))).toMatchObject({
    'base-url': 'https://k2.example/v1',
    model: 'k2',
    profile: 'moonshot',
    'max-steps': 50,
    'max-cost': 2,
    'max-cost-per-turn': 1.5,
    background: true,
    'api-key-stdin': true,
    ripgrep: '/opt/rg',
    sandbox: 'required',
    'sandbox-network': true,
    'sandbox-hide': '/editor',
    'state-dir': '/state',
  });
  expect(backgroundArgs({ ...wish, apiKey: undefined })).not.toContain('--api-key-stdin');
});

it('its environment holds neither a key nor what is for the editor alone', () => {
  const env = backgroundEnv({ PATH: '/bin', ASCENT_API_KEY: 'sk', VSCODE_IPC_HOOK: '/x', HOME: '/h' });
  expect(env).toEqual({ PATH: '/bin', HOME: '/h', ELECTRON_RUN_AS_NODE: '1' });
});
