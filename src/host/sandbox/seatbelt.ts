/**
 * The sandbox of macOS: a profile for sandbox-exec. Later rules win. Unlike mounts, its rules are about names, so that
 * a control file cannot be made either, at any depth.
 */
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Confined, Confinement, Confiner, SandboxOptions, SensitiveNames, World } from './sandbox.ts';

const PROGRAM = '/usr/bin/sandbox-exec';

export function createSeatbelt(world: World, options: SandboxOptions): Confiner {
  return {
    problem: async () => (existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing.`),
    async confine(wanted) {
      await mkdir(wanted.scratch, { recursive: true, mode: 0o700 });
      const real = (place: string) => realpath(place).catch(() => place);
      const profile = seatbeltProfile({
        roots: await Promise.all(world.roots().map(real)),
        scratch: await real(wanted.scratch),
        hidden: await Promise.all([
          options.directory,
          ...options.hidden,
          ...options.names.stores.map(name => real(path.join(world.home, name))),
        ]),
        names: options.names,
        network: wanted.network,
        onlyLooks: wanted.onlyLooks,
      });
      return {
        argv: [PROGRAM, '-p', profile, ...wanted.argv],
        env: insideEnvironment(wanted),
        afterwards: { network: wanted.network },
      } satisfies Confined;
    },
    // A name cannot be made there in the first place.
    leave: async () => [],
  };
}

export interface SeatbeltFacts {
  roots: readonly string[];
  scratch: string;
  hidden: readonly string[];
  names: Pick<SensitiveNames, 'controlExpressions' | 'secretGlobs'>;
  network: boolean;
  onlyLooks: boolean;
}

/** Paths must be real ones: the kernel compares what links lead to. */
export function seatbeltProfile(facts: SeatbeltFacts): string {
  const { roots, scratch, hidden, names, network, onlyLooks } = facts;
  const subpaths = (places: readonly string[]) => places.map(place => `(subpath ${quoted(place)})`).join(' ');
  const within = roots.map(regexText).join('|');
  const named = (expressions: readonly string[]) =>
    expressions.map(name => `(regex #"^(${within})/(.*/)?${anyCase(name)}(/.*)?$")`).join('\n  ');
  return `(version 1)
(allow default)
(deny file-write*)
(allow file-write* ${subpaths([...roots, scratch])}
  (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper") (literal "/dev/tty"))
(deny file-write*
  ${named(names.controlExpressions)})
(allow file-write* (regex #"^(${within})/(.*/)?\\.git/(index|HEAD|ORIG_HEAD|FETCH_HEAD|MERGE_.*|CHERRY_PICK_HEAD|COMMIT_EDITMSG|packed-refs|objects|refs|logs)(\\.lock|/.*)?$"))
(deny file-read* file-write*
  ${named(names.secretGlobs.map(globExpression))})
(allow file-read* (regex #"^(${within})/(.*/)?\\.env\\.(example|sample|template|dist|defaults|schema)$"))
${onlyLooks ? `(deny file-write* ${subpaths(roots)})\n` : ''}(deny file-read* file-write* ${subpaths(hidden)})
(allow file-read-metadata)
(allow file-read* file-write* ${subpaths([scratch])})
(deny process-info* (target others))
(deny signal (target others))
(allow signal (target same-sandbox))
(deny mach-lookup (global-name "com.apple.SecurityServer") (global-name "com.apple.securityd.xpc")
  (global-name "com.apple.pasteboard.1") (global-name "com.apple.coreservices.appleevents"))
(deny appleevent-send)
${network ? '' : '(deny network*)\n(allow network* (local ip "localhost:*") (remote ip "localhost:*"))\n'}`;
}

function insideEnvironment({ env, scratch }: Confinement): Record<string, string> {
  return { ...env, TMPDIR: scratch, TMP: scratch, TEMP: scratch, npm_config_logs_max: '0' };
}

/** A string of the profile's language. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

const regexText = (text: string) => text.replace(/[\\^$.*+?()[\]{}|"]/g, '\\$&');

function globExpression(glob: string): string {
  return glob
    .replace('**/', '')
    .replace(/\/$/, '')
    .replace(/[.+^$()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '[^/]*');
}

/** The usual file systems of macOS take `.GIT` for `.git`. Sets of characters have no letters, or all of them. */
function anyCase(expression: string): string {
  return expression.replace(/\[[^\]]*\]|[a-z]/g, part =>
    part.length > 1 ? part.replace('a-z', 'a-zA-Z') : `[${part}${part.toUpperCase()}]`,
  );
}
