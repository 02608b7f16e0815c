// A desktop VS Code: is there one, start it, end it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from './paths.mjs';
import { must, onPath } from './process.mjs';

export const hasDisplay = () =>
  process.platform === 'linux'
    ? !!(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
    : !process.env.SSH_CONNECTION;

/** The command-line program of an installed VS Code. */
export function findDesktop() {
  const bundled = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
  const found = onPath('code') ?? (existsSync(bundled) ? bundled : undefined);
  // In the terminal of a remote window, `code` only opens files there.
  return found && !/remote-cli/.test(found) ? found : undefined;
}

/** Downloads a VS Code and gives its command-line program. */
export async function downloadDesktop() {
  const { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } = await import(
    '@vscode/test-electron'
  );
  const executable = await downloadAndUnzipVSCode({ cachePath: path.join(cache, 'desktop') });
  const [cli] = resolveCliArgsFromVSCodeExecutablePath(executable);
  if (!cli) throw new Error('The downloaded VS Code has no command-line program.');
  return cli;
}

/**
 * Opens a window with extensions from their folders; resolves when it is closed.
 * @param {{ code: string, folder: string, user: string, extensions: string[], trustAll: boolean, env: NodeJS.ProcessEnv }} options
 */
export function openDesktop({ code, folder, user, extensions, trustAll, env }) {
  const clean = { ...env };
  // Started from a terminal inside VS Code, it must not take itself for that one.
  for (const name of Object.keys(clean)) if (/^(VSCODE_|ELECTRON_)/.test(name)) delete clean[name];
  const args = [
    ...['--new-window', '--wait', '--user-data-dir', user, '--extensions-dir', path.join(user, 'extensions')],
    ...(trustAll ? ['--disable-workspace-trust'] : []),
    ...extensions.map(place => `--extensionDevelopmentPath=${place}`),
    folder,
  ];
  return must(code, args, { env: clean, show: true, shell: process.platform === 'win32' });
}

/** Ends the VS Code that runs on this user-data folder: it writes its process id there. @param {string} user */
export function endDesktop(user) {
  try {
    process.kill(Number(readFileSync(path.join(user, 'code.lock'), 'utf8')), 'SIGTERM');
  } catch {
    // It is not running.
  }
}
