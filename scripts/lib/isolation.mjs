/**
 * What keeps a test away from the person's own files and settings.
 * @param {string} home an empty folder
 * @returns {NodeJS.ProcessEnv}
 */
export function isolatedEnv(home) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { HOME: home, USERPROFILE: home };
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'])
    env[name] = undefined;
  for (const name of Object.keys(process.env))
    if (name.startsWith('ASCENT_') && name !== 'ASCENT_BROWSER') env[name] = undefined;
  return env;
}
