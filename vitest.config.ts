import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    {
      // Texts kept beside the code, as the bundler inlines them.
      name: 'markdown-as-text',
      transform(code, id) {
        if (id.endsWith('.md')) return `export default ${JSON.stringify(code)}`;
      },
    },
  ],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/vscode/**', 'test/ui/**'],
    // Most of the time is spent waiting for real processes and disks: a second worker pays on two cores, too.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Real processes on a busy machine: a limit against hangs, not a measure of speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/extension/**', '**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
