// Packs the extension: one VSIX for every platform.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { must, step } from './process.mjs';

/**
 * Builds for production and packs.
 * @param {import('./npm.mjs').Toolchain} toolchain
 * @returns {Promise<string>} the path of the VSIX
 */
export function packageExtension({ node, env }) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const file = path.join(root, `${name}-${version}.vsix`);
  return step('Packaging the extension', async () => {
    rmSync(file, { force: true });
    const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
    // The bundles hold all they need (--no-dependencies). vsce builds them through the script vscode:prepublish.
    const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    await must(node, [vsce, 'package', ...flags, '--out', file], { cwd: root, env });
    return file;
  });
}
