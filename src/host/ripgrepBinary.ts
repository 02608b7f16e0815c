/** Where ripgrep is. Never chosen by the workspace: what lies in a folder that is being worked on is not run as a helper. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { HostError } from './host.ts';

const NAME = process.platform === 'win32' ? 'rg.exe' : 'rg';

export function findRipgrep(given: string | undefined, searchPath: string, roots: readonly string[]): string {
  const found = [given, ...onPath(searchPath, roots), fromPackage()].find(file => file && isProgram(file));
  if (found) return found;
  throw new HostError('failed', 'ripgrep (rg) was not found: install it so that it is on the PATH');
}

function onPath(searchPath: string, roots: readonly string[]): string[] {
  const within = (directory: string) =>
    roots.some(root => directory === root || directory.startsWith(root + path.sep));
  return searchPath
    .split(path.delimiter)
    .filter(directory => path.isAbsolute(directory) && !within(path.normalize(directory)))
    .map(directory => path.join(directory, NAME));
}

/** The one that `npm install` brings along while Ascent is being developed; a bundle has none. */
function fromPackage(): string | undefined {
  const program = process.argv[1];
  if (program === undefined) return undefined;
  try {
    const name = `@vscode/ripgrep-${process.platform}-${process.arch}/bin/${NAME}`;
    return createRequire(realpathSync(program)).resolve(name);
  } catch {
    return undefined;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
