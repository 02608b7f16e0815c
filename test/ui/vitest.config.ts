import { defineConfig } from 'vitest/config';

/** Tests that act as a person: the packaged extension in a real VS Code in a real browser. `npm run test:ui` runs them. */
export default defineConfig({
  test: {
    include: ['test/ui/*.ui.ts'],
    // Two windows at once would only slow each other.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
