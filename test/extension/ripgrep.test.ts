import { expect, it } from 'vitest';
import { findRipgrep, ripgrepPlaces } from '../../src/extension/editor/ripgrep.ts';

it.each([
  ['/app/node_modules/@vscode/ripgrep/bin/rg', 'linux'],
  ['/app/node_modules.asar.unpacked/@vscode/ripgrep/bin/rg', 'darwin'],
  ['/app/node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg', 'linux'],
] as const)('is found at %s', async (place, platform) => {
  const places = ripgrepPlaces('/app', platform, 'x64');
  expect(await findRipgrep(places, async file => file === place)).toBe(place);
});
it('left to the PATH where VS Code has none', async () => {
  expect(await findRipgrep(ripgrepPlaces('/app', 'linux', 'x64'), async () => false)).toBeUndefined();
});
