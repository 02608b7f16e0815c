/**
 * Globs as people write them, on paths below a directory. ripgrep's own `-g` is used for exclusions only: an including
 * one overrides ignore files, so that a mere `**` would search node_modules.
 */
import picomatch from 'picomatch';

export interface Globs {
  /** Whether a path below the directory, with forward slashes, is meant. */
  matches(relative: string): boolean;
  /** What ripgrep can use of it. */
  args: string[];
}

export function compileGlobs(globs: readonly string[]): Globs {
  const excluded = globs.filter(glob => glob.startsWith('!')).map(glob => anchored(glob.slice(1)));
  const included = globs.filter(glob => !glob.startsWith('!')).flatMap(forms);
  const isIn = included.length > 0 ? picomatch(included, { dot: true }) : () => true;
  return {
    matches: relative => isIn(relative),
    args: [...nameFilter(included), ...excluded.flatMap(glob => ['-g', `!${glob}`])],
  };
}

/** A glob with a slash counts from the directory, one without matches at any depth. */
function anchored(glob: string): string {
  const forward = process.platform === 'win32' ? glob.replaceAll('\\', '/') : glob;
  const plain = forward.replace(/^\.\//, '');
  if (plain.startsWith('/') || plain.startsWith('**/')) return plain;
  return plain.slice(0, -1).includes('/') ? `/${plain}` : plain;
}

/** A directory's name stands for all that is in it. */
function forms(glob: string): string[] {
  const plain = anchored(glob);
  const atDepth = plain.startsWith('/') ? plain.slice(1) : plain.startsWith('**/') ? plain : `**/${plain}`;
  if (atDepth.endsWith('/')) return [`${atDepth}**`];
  return atDepth.endsWith('**') ? [atDepth] : [atDepth, `${atDepth}/**`];
}

/** A file type made of the last parts: unlike `-g` it respects ignore files, and spares ripgrep opening the rest. */
function nameFilter(included: string[]): string[] {
  const names = included.filter(glob => !glob.endsWith('/**')).map(glob => glob.split('/').at(-1)!);
  const simple = names.every(name => /\.\w+$|\.\{[\w,]+\}$/.test(name) && !/[()!]/.test(name));
  if (names.length === 0 || names.length * 2 !== included.length || !simple) return [];
  return [
    '--type-clear',
    'chosen',
    ...names.flatMap(name => ['--type-add', `chosen:${name}`]),
    '-t',
    'chosen',
  ];
}
