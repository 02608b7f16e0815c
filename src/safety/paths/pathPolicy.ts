/**
 * Where a path leads and what it holds. The spelling that was given and the real path behind its links are both
 * classified, and the more careful answer counts. Nothing here touches the disk: `resolve` and `stat` are given.
 */
import { quoted } from '../rules/words.ts';
import { kindOfNames, type NameKind } from './names.ts';
import { badSpelling, componentsBelow, isBelow, type Platform, pathsOf } from './spelling.ts';

export interface Disk {
  /** The real path, through links at its longest existing parent. Rejects when that cannot be told. */
  resolve(path: string): Promise<string>;
  /** What lies at a real path; undefined when nothing does. Without it devices are known by name alone. */
  stat?(
    path: string,
  ): Promise<{ kind: 'file' | 'directory' | 'link' | 'special'; size?: number } | undefined>;
}

const GIB = 1024 ** 3;
/** Bytes. A larger file is no text, and reading it would only fill memory and disk. */
const HUGE = GIB;
/** A path that goes up more often is not followed. */
const MOST_UPWARDS = 64;

export interface PathPolicyOptions extends Disk {
  platform: Platform;
  /** The workspace's folders; the first is the main one. */
  roots: readonly string[];
  /** Directories that the agent may read besides (full outputs of commands). */
  readable?: readonly string[];
  /** Ascent's own records (its state directory): what is in them steers it, whatever it is called. */
  own?: readonly string[];
  /** The person's home directory, for `~`. */
  home: string;
}

export type Place = 'workspace' | 'otherRoot' | 'readable' | 'outside';

export interface PathFacts {
  /** As written, made absolute. */
  given: string;
  /** The real path; `given` when its spelling alone rules it out. */
  resolved: string;
  place: Place;
  kind: NameKind | 'special';
  /** Why it is not an ordinary path of the workspace, in plain words. */
  reason?: string;
}

export interface PathPolicy {
  readonly platform: Platform;
  readonly home: string;
  /** `path` may be relative to `base` (default: the first root). */
  facts(path: string, base?: string): Promise<PathFacts>;
  /** The same from the spelling alone. */
  textFacts(path: string, base?: string): PathFacts;
  /** The components of an absolute path below the innermost place that holds it, or all of them. */
  namesBelow(path: string): Promise<readonly string[]>;
}

export function createPathPolicy(options: PathPolicyOptions): PathPolicy {
  const { platform } = options;
  const paths = pathsOf(platform);
  const places: { place: Place; path: string }[] = [
    ...options.roots.map((path, i) => ({
      place: i === 0 ? ('workspace' as const) : ('otherRoot' as const),
      path,
    })),
    ...(options.readable ?? []).map(path => ({ place: 'readable' as const, path })),
  ];
  let resolving: Promise<typeof places> | undefined;
  /** The places under their given and their real names. */
  const allPlaces = () =>
    (resolving ??= Promise.all(
      places.map(async p => ({ ...p, path: await options.resolve(p.path).catch(() => p.path) })),
    ).then(real => [...places, ...real]));

  // The innermost place counts, so that names above a root do not speak for what lies in it.
  const innermost = (path: string, among: typeof places) =>
    among.filter(p => isBelow(path, p.path, platform)).sort((a, b) => b.path.length - a.path.length)[0];
  const below = (path: string, home: { path: string } | undefined) =>
    componentsBelow(path, home?.path ?? paths.parse(path).root, platform);

  function classify(path: string, among: typeof places): Omit<PathFacts, 'given' | 'resolved'> {
    const device = deviceReason(path, platform);
    if (device) return { place: 'outside', kind: 'special', reason: device };
    const home = innermost(path, among);
    const names = kindOfNames(below(path, home));
    const place = home?.place ?? 'outside';
    if (names.kind === 'secret')
      return {
        place,
        kind: 'secret',
        reason: `${quoted(path)} may hold credentials (${quoted(names.name ?? '')}).`,
      };
    if (names.kind === 'control')
      return {
        place,
        kind: 'control',
        reason: `${quoted(path)} steers tools, editors or agents (${quoted(names.name ?? '')}).`,
      };
    // A workspace can hold the state directory (a home directory does); its rules must not be mere files then.
    if (place !== 'readable' && options.own?.some(own => isBelow(path, own, platform)))
      return { place, kind: 'control', reason: `${quoted(path)} belongs to Ascent's own records.` };
    if (place === 'outside')
      return { place, kind: 'ordinary', reason: `${quoted(path)} is outside the workspace.` };
    return { place, kind: 'ordinary' };
  }

  // Nothing stays nothing, instead of becoming the directory it is relative to.
  const absolute = (path: string, base: string) =>
    path === '' || paths.isAbsolute(path) || (platform === 'win32' && /^[a-z]:/i.test(path))
      ? path
      : `${base}${paths.sep}${path}`;
  const refused = (given: string, reason: string): PathFacts => ({
    given,
    resolved: given,
    place: 'outside',
    kind: 'special',
    reason,
  });

  /** As the kernel walks it: a link before `..` is followed first. */
  async function walk(path: string): Promise<string> {
    const parts = path.split(platform === 'win32' ? /[\\/]+/ : /\/+/);
    // Each costs a look at the disk.
    if (parts.filter(part => part === '..').length > MOST_UPWARDS) throw new Error('too many ..');
    let done = '';
    for (const [i, part] of parts.entries()) {
      if (part === '..') done = paths.dirname(await options.resolve(done || paths.sep));
      else if (i > 0 || part !== '')
        done += i === 0 ? part : done.endsWith(paths.sep) ? part : paths.sep + part;
    }
    return options.resolve(done || paths.sep);
  }

  function textFacts(path: string, base = options.roots[0] ?? options.home): PathFacts {
    const given = absolute(path, base);
    const bad = badSpelling(given, platform, options.roots);
    if (bad) return refused(given, bad);
    const text = paths.normalize(given);
    return { given: text, resolved: text, ...classify(text, places) };
  }

  return {
    platform,
    home: options.home,
    textFacts,
    namesBelow: async path => below(path, innermost(path, await allPlaces())),
    async facts(path, base = options.roots[0] ?? options.home) {
      const spelled = absolute(path, base);
      const bad = badSpelling(spelled, platform, options.roots);
      if (bad) return refused(spelled, bad);
      const given = paths.normalize(spelled);
      const among = await allPlaces();
      let resolved: string;
      try {
        resolved = await walk(spelled);
      } catch {
        return refused(given, `${quoted(given)} cannot be followed to a real place.`);
      }
      const [asGiven, asReal] = [classify(given, among), classify(resolved, among)];
      const found = asReal.kind === 'special' ? undefined : await options.stat?.(resolved);
      if (found?.kind === 'special')
        return refused(given, `${quoted(given)} is a device, a pipe or a socket, not a file.`);
      if (found?.kind === 'file' && found.size !== undefined && found.size > HUGE)
        return refused(
          given,
          `${quoted(given)} is huge (${(found.size / GIB).toFixed(1)} GiB): nothing reads it whole.`,
        );
      const stricter = careful(asReal) >= careful(asGiven) ? asReal : asGiven;
      const place = [asGiven.place, asReal.place].includes('outside') ? 'outside' : asReal.place;
      const reason =
        stricter.reason && resolved !== given && stricter === asReal
          ? `${quoted(given)} leads to ${withoutRepeating(stricter.reason, quoted(resolved))}`
          : stricter.reason;
      return { given, resolved, place, kind: stricter.kind, ...(reason ? { reason } : {}) };
    },
  };
}

/** "`x` is outside" → "`x`, which is outside", for a sentence that ends with `x`. */
const withoutRepeating = (reason: string, about: string) =>
  reason.startsWith(`${about} `) ? `${about}, which${reason.slice(about.length)}` : `${about}. ${reason}`;

/** How much care a classification asks for; the stricter of two counts. */
function careful(facts: { place: Place; kind: PathFacts['kind'] }): number {
  return (
    { ordinary: 0, control: 10, secret: 20, special: 30 }[facts.kind] + (facts.place === 'outside' ? 1 : 0)
  );
}

function deviceReason(path: string, platform: Platform): string | undefined {
  if (platform === 'win32') return undefined;
  const [top] = path.split('/').filter(Boolean);
  if (top === 'dev') return `${quoted(path)} is a device.`;
  if (platform !== 'darwin' && (top === 'proc' || top === 'sys'))
    return `${quoted(path)} belongs to the running system, not to files.`;
  return undefined;
}
