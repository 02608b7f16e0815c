/**
 * What the environment of a command adds when nobody was asked about it: settings of its programs that keep them to
 * looking at what may be looked at.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { searchExclusions } from '../protocol/secretNames.ts';

/** Where the sandbox keeps secrets out itself, a file of the workspace could still bring back what git keeps. */
const CONFINED = ['--glob=!.git/'];
const OPEN = ['--glob-case-insensitive', ...CONFINED, ...searchExclusions.map(glob => `--glob=!${glob}`)];

/** `directory`: where the settings can be kept; made if need be. */
export async function hardenedEnvironment(
  directory: string,
  { confined }: { confined: boolean },
): Promise<Record<string, string>> {
  const settings = path.join(directory, confined ? 'ripgrep-confined' : 'ripgrep-unasked');
  await mkdir(directory, { recursive: true });
  await writeFile(settings, `${(confined ? CONFINED : OPEN).join('\n')}\n`, { mode: 0o600 });
  return { RIPGREP_CONFIG_PATH: settings };
}
