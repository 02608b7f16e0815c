/**
 * The environment of commands the agent runs: an allow list, so that a key nobody thought of stays out, and settings
 * that keep programs from waiting for a person.
 */
import path from 'node:path';
import { EVERY_COMMAND, gitSettings } from '../git/settings.ts';

type Environment = Record<string, string | undefined>;

const ALLOWED = new Set(
  `PATH HOME LANG LANGUAGE TZ TMPDIR TEMP TMP USER LOGNAME USERNAME SHELL
  XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
  NVM_DIR NVM_BIN VOLTA_HOME FNM_DIR FNM_MULTISHELL_PATH ASDF_DIR ASDF_DATA_DIR MISE_DATA_DIR COREPACK_HOME PNPM_HOME
  BUN_INSTALL DENO_DIR DENO_INSTALL PLAYWRIGHT_BROWSERS_PATH
  VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYENV_ROOT PYENV_VERSION POETRY_HOME UV_CACHE_DIR
  JAVA_HOME JDK_HOME MAVEN_HOME M2_HOME GRADLE_HOME GRADLE_USER_HOME ANDROID_HOME ANDROID_SDK_ROOT KOTLIN_HOME
  CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN GOPATH GOROOT GOBIN GOPROXY GOFLAGS GOCACHE GOMODCACHE
  RBENV_ROOT RBENV_VERSION GEM_HOME GEM_PATH BUNDLE_PATH COMPOSER_HOME
  DOTNET_ROOT DOTNET_CLI_HOME NUGET_PACKAGES SDKROOT DEVELOPER_DIR CC CXX CCACHE_DIR PKG_CONFIG_PATH
  LD_LIBRARY_PATH LIBRARY_PATH CPATH NIX_PATH NIX_PROFILES NIX_SSL_CERT_FILE
  HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY NPM_CONFIG_REGISTRY NPM_CONFIG_CACHE PIP_INDEX_URL PIP_CACHE_DIR
  NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO
  SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMFILES
  PROGRAMFILES(X86) PROGRAMDATA COMMONPROGRAMFILES NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE OS MSYSTEM`.split(
    /\s+/,
  ),
);
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH/i;
/** `scheme://user:password@host` */
const CREDENTIALS_IN_URL = /:\/\/[^/\s]*@/;

const FIXED: Record<string, string> = {
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  DEBIAN_FRONTEND: 'noninteractive',
  // Neither a repository's own settings nor a repository that is hidden in the workspace's files chooses a program that
  // a mere look starts; and a look does not write the index, which would start a hook.
  ...gitSettings(EVERY_COMMAND),
  GIT_OPTIONAL_LOCKS: '0',
};

export function commandEnvironment(from: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    const known = ALLOWED.has(name.toUpperCase()) || name.startsWith('LC_');
    if (value === undefined || !known || SECRET_NAME.test(name) || CREDENTIALS_IN_URL.test(value)) continue;
    kept[name] = value;
  }
  if (!isPlainCharacterSet(kept.LC_ALL || kept.LC_CTYPE || kept.LANG)) {
    delete kept.LC_ALL;
    kept.LC_CTYPE = 'C.UTF-8';
  }
  const libraries = librariesOf(kept);
  if (libraries === '') delete kept.LD_LIBRARY_PATH;
  else kept.LD_LIBRARY_PATH = libraries;
  return { ...kept, ...FIXED };
}

/**
 * Whether the shell reads a line as it was judged. In GBK, Big5 or Shift JIS a letter of UTF-8 can take the backslash
 * behind it for its own second half, and what was quoted is not.
 */
const isPlainCharacterSet = (locale = 'C') => /^(?:C|POSIX)$|utf-?8/i.test(locale);

/** Where the loader looks, without what depends on the directory: an empty part (`/opt/lib:`) is the directory itself. */
const librariesOf = ({ LD_LIBRARY_PATH = '' }: Environment) =>
  LD_LIBRARY_PATH.split(/[:;]/)
    .filter(part => path.isAbsolute(part))
    .join(':');

/** Where commands get their code from: programs, and the libraries that these load. As a PATH is written. */
export function codePath(from: Environment): string {
  return [from.PATH ?? '', librariesOf(from)].filter((part, i) => i === 0 || part !== '').join(':');
}
