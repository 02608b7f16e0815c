/** Rules that forbid paths. They win over every mode and every grant, so they match widely: also behind a link. */
import picomatch from 'picomatch';
import type { HeldRule } from '../../protocol/approvals.ts';
import type { PathFacts, PathPolicyOptions } from '../paths/pathPolicy.ts';
import { componentsBelow, isBelow, pathsOf } from '../paths/spelling.ts';
import { ofKind } from './deniedCommand.ts';

export type PathOperation = 'read' | 'write';

export function deniedPath(options: PathPolicyOptions) {
  const { platform, roots, home } = options;
  const compiled = new Map<string, (path: string) => boolean>();
  const matcher = (glob: string) => {
    const known = compiled.get(glob);
    if (known) return known;
    const fresh = compile(glob, { platform, home });
    compiled.set(glob, fresh);
    return fresh;
  };
  let real: Promise<string[]> | undefined;
  const everyRoot = () =>
    (real ??= Promise.all(roots.map(root => options.resolve(root).catch(() => root))).then(resolved => [
      ...new Set([...roots, ...resolved]),
    ]));

  return async (
    facts: Pick<PathFacts, 'given' | 'resolved'>,
    operation: PathOperation,
    rules: readonly HeldRule[],
  ): Promise<HeldRule | undefined> => {
    const denying = ofKind(rules, 'denyPath').filter(
      ({ rule }) => operation === 'write' || rule.only === undefined,
    );
    if (denying.length === 0) return undefined;
    const within = await everyRoot();
    const spellings = [facts.given, facts.resolved].flatMap(path => [
      pathsOf(platform).normalize(path).replaceAll('\\', '/'),
      ...within
        .filter(root => isBelow(path, root, platform))
        .map(root => componentsBelow(path, root, platform).join('/')),
    ]);
    return denying.find(({ rule }) => spellings.some(matcher(rule.glob)));
  };
}

/** A glob without a slash counts at any depth; one that names a directory means all that is in it. */
function compile(glob: string, { platform, home }: Pick<PathPolicyOptions, 'platform' | 'home'>) {
  const forward = platform === 'win32' ? glob.replaceAll('\\', '/') : glob;
  const full = forward
    .replace(/^~(?=\/)/, home.replaceAll('\\', '/'))
    .replace(/^\.\//, '')
    .replace(/\/+$/, '');
  const base = full.includes('/') ? full : `**/${full}`;
  const nocase = platform === 'win32' || platform === 'darwin';
  const matches = picomatch([base, `${base}/**`], { dot: true, nocase });
  return (path: string): boolean => matches(path);
}

/**
 * The rule that forbids what a word of a line that is not understood may become when it runs: a pattern, a variable.
 * Told from what stands before and behind what is not known; where that says nothing, it may.
 */
export function perhapsDenied(line: string, rules: readonly HeldRule[]): HeldRule | undefined {
  const denying = ofKind(rules, 'denyPath');
  if (denying.length === 0) return undefined;
  const open = line.split(/[\s'"`;&|<>()=]+/).filter(word => /[*?[{$]/.test(word));
  return denying.find(({ rule }) => open.some(word => mayBecome(word, rule.glob)));
}

function mayBecome(word: string, glob: string): boolean {
  const before = /^[^*?[{$]*/.exec(word)![0].replace(/^\.\//, '');
  const ends = (text: string) => /\.\w+$/.exec(text)?.[0];
  const isRelative = !/^[/~]|^-|(?:^|\/)\.\.(?:\/|$)/.test(before);
  const base = /^[^*?[{(!]*/.exec(glob.replace(/^\.\//, ''))![0];
  if (isRelative && glob.includes('/') && !before.startsWith(base) && !base.startsWith(before)) return false;
  const [one, other] = [ends(word), ends(glob)];
  return one === undefined || other === undefined || one === other;
}
