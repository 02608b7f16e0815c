// Builds dist/: the extension host bundle, the command line, the webview. `--watch` rebuilds, `--production` minifies.
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** @type {esbuild.BuildOptions} */
const shared = {
  outdir: 'dist',
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: watch ? 'info' : 'warning',
  loader: { '.md': 'text' },
};
/** @type {esbuild.BuildOptions} */
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  // Its other build asks for import.meta, which a CommonJS bundle has not.
  alias: { 'web-tree-sitter': createRequire(import.meta.url).resolve('web-tree-sitter') },
};
/** @type {esbuild.BuildOptions} */
const extension = { ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'] };
/** @type {esbuild.BuildOptions} */
const cli = {
  ...node,
  entryPoints: { cli: 'src/cli/main.ts' },
  // Older ones lack what the code uses, and would end in the middle without a word.
  banner: {
    js: `#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write('ascent needs Node 20 or later; this is ' + process.version + '.\\n');
  process.exit(2);
}`,
  },
};
/** @type {esbuild.BuildOptions} */
const webview = {
  ...shared,
  platform: 'browser',
  format: 'esm',
  target: 'chrome130',
  entryPoints: { webview: 'src/webview/main.tsx' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { ...shared.loader, '.ttf': 'file' },
  assetNames: '[name]',
};

rmSync('dist', { recursive: true, force: true });
// The grammar that commands are judged by; both bundles load it on first use.
for (const name of ['web-tree-sitter', 'tree-sitter-bash'])
  cpSync(`node_modules/${name}/${name}.wasm`, `dist/${name}.wasm`);
const builds = [extension, cli, webview];
if (watch) {
  const contexts = await Promise.all(builds.map(options => esbuild.context(options)));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  const results = await Promise.allSettled(builds.map(options => esbuild.build(options)));
  // esbuild has said what is wrong.
  if (results.some(result => result.status === 'rejected')) process.exitCode = 1;
}
