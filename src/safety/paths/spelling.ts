/** How a path is written on each platform: what may not be in it, its components, and whether one lies in another. */
import nodePath from 'node:path';

export type Platform = NodeJS.Platform;

export const pathsOf = (platform: Platform) => (platform === 'win32' ? nodePath.win32 : nodePath.posix);

/** Why a spelling is refused outright, before the disk is asked (asking can already leak: UNC sends a login hash). */
export function badSpelling(path: string, platform: Platform, roots: readonly string[]): string | undefined {
  if (path === '') return 'The path is empty.';
  if (path.length > 4096) return 'The path is longer than any real one.';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return 'The path holds control characters.';
  if (/\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}|[\u2028\u2029]/u.test(path))
    return 'The path holds invisible characters.';
  if (!path.isWellFormed()) return 'The path is not valid text.';
  if (platform === 'darwin' && /(?:^|\/)\.\.namedfork(?:\/|$)|^\/\.vol(?:\/|$)/i.test(path))
    return 'The path names a part of a file that other programs do not see.';
  return platform === 'win32' ? badWindowsSpelling(path, roots) : undefined;
}

function badWindowsSpelling(path: string, roots: readonly string[]): string | undefined {
  if (/^[\\/]{2}[?.]|^\\\?\?\\/.test(path)) return 'The path uses a device namespace of Windows.';
  const root = roots.find(r => isBelow(path, r, 'win32'));
  if (/^[\\/]{2}/.test(path) && root === undefined)
    return 'The path lies on another machine; opening it would send your login there.';
  if (/^[a-z]:(?![\\/])/i.test(path)) return 'The path depends on the current folder of a drive.';
  const rest = root === undefined ? path.replace(/^[a-z]:/i, '') : path.slice(root.length);
  for (const name of rest.split(/[\\/]+/)) {
    if (name === '' || name === '.' || name === '..') continue;
    if (name.includes(':')) return `"${name}" names a hidden stream of a file.`;
    if (/[<>"|?*]/.test(name)) return `"${name}" holds characters that Windows does not allow.`;
    if (/[. ]$/.test(name)) return `"${name}" ends in a dot or a space, which Windows drops.`;
    if (/~\d/.test(name)) return `"${name}" may be the short name of another file.`;
    if (/^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\.|$)/i.test(name))
      return `"${name}" is the name of a device.`;
  }
  return undefined;
}

/** Comparable form: one separator, and where the file system folds case or composition, folded. */
export function comparable(path: string, platform: Platform): string[] {
  const plain = platform === 'win32' ? path.replaceAll('\\', '/') : path;
  const folded = platform === 'win32' || platform === 'darwin' ? plain.normalize('NFC').toLowerCase() : plain;
  const parts = folded.split('/').filter(p => p !== '' && p !== '.');
  return platform === 'win32' && folded.startsWith('//') ? ['//', ...parts] : parts;
}

/** Whether `path` is `directory` or lies in it; by components, as text. `..` must be gone already. */
export function isBelow(path: string, directory: string, platform: Platform): boolean {
  const [inner, outer] = [comparable(path, platform), comparable(directory, platform)];
  return !inner.includes('..') && outer.every((part, i) => part === inner[i]);
}

/** The components of `path` below `directory`, as they are written. */
export function componentsBelow(path: string, directory: string, platform: Platform): string[] {
  const split = (p: string) => p.split(platform === 'win32' ? /[\\/]+/ : /\/+/).filter(c => c && c !== '.');
  return split(path).slice(split(directory).length);
}
