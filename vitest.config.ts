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
    coverage: {
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/extension/**', '**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
