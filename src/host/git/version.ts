/** Whether what `git version` said is this version or a later one. */
export function isGitSince(said: string, major: number, minor: number): boolean {
  const [, its = 0, itsMinor = 0] = (/^git version (\d+)\.(\d+)/.exec(said) ?? []).map(Number);
  return its > major || (its === major && itsMinor >= minor);
}
