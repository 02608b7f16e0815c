import { defineConfig } from 'vitest/config';
import project from '../../vitest.config.ts';

/** What a session survives, at full strength: `npm run test:faults`. Each test prints its seeds and counts. */
export default defineConfig({
  plugins: project.plugins,
  test: {
    include: ['test/faults/*.faults.ts'],
    fileParallelism: false,
    disableConsoleIntercept: true,
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
  },
});
