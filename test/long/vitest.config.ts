import { defineConfig } from 'vitest/config';
import project from '../../vitest.config.ts';

/** Tests that take minutes: `npm run test:long`. */
export default defineConfig({
  plugins: project.plugins,
  test: {
    include: ['test/long/*.long.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
