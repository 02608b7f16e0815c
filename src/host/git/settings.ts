/** Settings of git that come through the environment, so that what is shown stays what runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isGitSince } from './version.ts';

type Environment = Record<string, string>;

/** Settings that count before those of any file. Needs git 2.31; older ones do not look. */
export function gitSettings(settings: Environment): Environment {
  const named = Object.entries(settings).flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${i}`, key],
    [`GIT_CONFIG_VALUE_${i}`, value],
  ]);
  return { GIT_CONFIG_COUNT: `${Object.keys(settings).length}`, ...Object.fromEntries(named) };
}

/** For every command: a mere look starts no program that a repository names, and takes no files for a repository. */
export const EVERY_COMMAND: Environment = {
  'core.fsmonitor': 'false',
  'safe.bareRepository': 'explicit',
  'log.showSignature': 'false',
};

/** Of the person's own settings: which files are of no interest, and how lines end. None of them starts anything. */
const KEPT = ['core.excludesfile', 'core.autocrlf', 'core.eol', 'core.quotepath'];

/** The first version that can be told to read no other files (GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM). */
const KEPT_SINCE = [2, 32] as const;

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;

export interface LookingGit {
  /** Whether the git of this machine can be kept to looking at all. */
  fit(): Promise<boolean>;
  /** What the environment of a command adds when nobody was asked: no file but the repository's own configuration counts. */
  environment(): Promise<Environment>;
}

/** `env`: what commands run with. git is asked once what it is, and what the person has set. */
export function createLookingGit(env: Environment): LookingGit {
  let fits: Promise<boolean> | undefined;
  let kept: Promise<Environment> | undefined;
  const git = async (...args: string[]) =>
    // Outside of any repository.
    (await run('git', args, { env: { ...env, GIT_DIR: '/dev/null' }, timeout: TIMEOUT_MS, cwd: '/' })).stdout;

  const personal = (): Promise<Environment> =>
    (kept ??= git('config', '--null', '--get-regexp', `^(${KEPT.join('|').replaceAll('.', '\\.')})$`)
      .then(text => Object.fromEntries(text.split('\0').filter(Boolean).map(keyAndValue)))
      // Nothing is set.
      .catch(() => ({})));

  return {
    fit: () =>
      (fits ??= git('version').then(
        said => isGitSince(said, ...KEPT_SINCE),
        () => {
          // Asked again the next time: git may only have failed to start once.
          fits = undefined;
          return false;
        },
      )),
    environment: async () => ({
      ...gitSettings({
        ...(await personal()),
        ...EVERY_COMMAND,
        'core.hooksPath': '/dev/null',
        'core.attributesFile': '/dev/null',
        'core.pager': 'cat',
        'core.sshCommand': 'false',
        'gpg.program': 'false',
        'credential.helper': '',
        'diff.autoRefreshIndex': 'false',
      }),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: 'none',
    }),
  };
}

/** A setting without `=` stands for yes. */
function keyAndValue(entry: string): [string, string] {
  const at = entry.indexOf('\n');
  return at < 0 ? [entry, 'true'] : [entry.slice(0, at), entry.slice(at + 1)];
}
