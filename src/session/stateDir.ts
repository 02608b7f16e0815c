/** Where sessions are kept when nobody says otherwise: the user's data folder, shared by editor and command line. */
import envPaths from 'env-paths';

export function defaultStateDir(env: NodeJS.ProcessEnv): string {
  return env.ASCENT_STATE_DIR || envPaths('ascent', { suffix: '' }).data;
}
