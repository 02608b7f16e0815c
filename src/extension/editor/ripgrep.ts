/** VS Code's own ripgrep: its place differs between desktop, server and web builds, and has moved over the years. */
import path from 'node:path';

/** Where it may be, the likeliest first. */
export function ripgrepPlaces(appRoot: string, platform: NodeJS.Platform, arch: string): string[] {
  const name = platform === 'win32' ? 'rg.exe' : 'rg';
  const packages = ['node_modules', 'node_modules.asar.unpacked'];
  return packages.flatMap(modules => [
    path.join(appRoot, modules, '@vscode', 'ripgrep', 'bin', name),
    path.join(appRoot, modules, '@vscode', 'ripgrep-universal', 'bin', `${platform}-${arch}`, name),
    path.join(appRoot, modules, 'vscode-ripgrep', 'bin', name),
  ]);
}

/** The first that exists; undefined leaves it to `rg` on the PATH. */
export async function findRipgrep(
  places: string[],
  exists: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const place of places) if (await exists(place)) return place;
  return undefined;
}
