/**
 * What the environment of a command adds when nobody was asked about it: settings of its programs that keep them to
 * looking at what may be looked at.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { searchExclusions } from '../protocol/secretNames.ts';

/** A file of the workspace can bring hidden directories back: what commits hold, and where they come from, stays out. */
const REPOSITORIES = '--glob=!.git/';
const RIPGREP_SETTINGS = [
  '--glob-case-insensitive',
  REPOSITORIES,
  ...searchExclusions.map(glob => `--glob=!${glob}`),
];

/** `directory`: where the settings can be kept; made if need be. */
export async function hardenedEnvironment(directory: string): Promise<Record<string, string>> {
  const settings = path.join(directory, 'ripgrep-unasked');
  await mkdir(directory, { recursive: true });
  await writeFile(settings, `${RIPGREP_SETTINGS.join('\n')}\n`, { mode: 0o600 });
  return { RIPGREP_CONFIG_PATH: settings };
}
