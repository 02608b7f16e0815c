import { defineConfig } from 'vitest/config';

/** Tests that take minutes: `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/*.long.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
