// Builds dist/: the extension host bundle, the command line, the webview. `--watch` rebuilds, `--production` minifies.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const require = createRequire(import.meta.url);

/** @type {esbuild.BuildOptions} */
const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  loader: { '.md': 'text' },
  metafile: true,
};
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  // Its other build asks for import.meta, which a CommonJS bundle has not.
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
};

const builds = [
  { ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'] },
  { ...node, entryPoints: { cli: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
  {
    ...shared,
    platform: 'browser',
    format: 'esm',
    target: 'chrome130',
    entryPoints: { webview: 'src/webview/main.tsx' },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { ...shared.loader, '.ttf': 'file' },
    assetNames: '[name]',
  },
].map(options => ({ ...options, outdir: 'dist' }));

// The bash grammar of the command analysis; the bundles load it from beside themselves on first use.
mkdirSync('dist', { recursive: true });
for (const wasm of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-bash/tree-sitter-bash.wasm'])
  copyFileSync(require.resolve(wasm), `dist/${wasm.split('/')[1]}`);

if (watch) {
  const contexts = await Promise.all(
    builds.map(options => esbuild.context({ ...options, logLevel: 'info' })),
  );
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all(builds.map(options => esbuild.build(options)));
}
