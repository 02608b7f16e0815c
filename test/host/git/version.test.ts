import { expect, it } from 'vitest';
import { isGitSince } from '../../../src/host/git/version.ts';

it.each([
  ['git version 2.32.0\n', true],
  ['git version 2.47.1 (Apple Git-154)', true],
  ['git version 3.0.0.windows.1', true],
  ['git version 2.31.9', false],
  ['git version 1.99.0', false],
  ['hub version 9.9', false],
  ['', false],
])('%j is since 2.32: %s', (said, since) => {
  expect(isGitSince(said, 2, 32)).toBe(since);
});
