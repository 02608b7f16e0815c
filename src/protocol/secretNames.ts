/**
 * Which names usually hold credentials. One list for all who look: the path policy asks before such a file is read,
 * searches of whole directories pass over it.
 */

/** Everything below a directory of this name. Lower case. */
export const secretDirectories: readonly string[] = [
  ...[
    '.ssh',
    '.gnupg',
    '.aws',
    '.azure',
    '.kube',
    '.oci',
    '.password-store',
    '.1password',
    'gcloud',
    '.gcloud',
  ],
  ...['keychains', 'keyrings', '.secrets', '.envs', '.bash_sessions', '.zsh_sessions'],
];

/**
 * Names of files, as globs with `*`, `{a,b}` and `[!a-z]` (one character of the set, or none of it). Lower case.
 * Sources: the defaults of gitleaks and of GitHub's list of files that should not be committed.
 */
export const secretFileGlobs: readonly string[] = [
  // Settings of an environment.
  ...['.env', '.env[!a-z]*', '[#.]*.env', '*.env', '#.env#', '.envrc', 'secrets.env', 'local.settings.json'],
  // Keys and certificates with keys.
  ...['*.{pem,key,p8,p12,pfx,pkcs12,pk8,ppk,jks,jceks,keystore,bks,keytab,keychain,keychain-db,gpg,jwk}'],
  ...[
    'id_{rsa,dsa,ecdsa,ed25519,xmss}*',
    '*[-_]{rsa,dsa,ecdsa,ed25519}',
    'ssh_host_*_key',
    'authorized_keys',
  ],
  ...[
    '.dev.vars',
    '.dev.vars.*',
    'known_hosts',
    'master.key',
    '*.kdb',
    '*.kdbx',
    '*.ovpn',
    '*.opvault',
    '*.agilekeychain',
    '*.1pif',
    'utc--*',
  ],
  // Tools that keep a login.
  ...[
    '.netrc',
    '_netrc',
    '.git-credentials',
    '.npmrc',
    '.pypirc',
    '.htpasswd',
    '.dockercfg',
    '.dockerconfigjson',
  ],
  ...[
    '.pgpass',
    'pgpass.conf',
    '.my.cnf',
    '.mylogin.cnf',
    '.s3cfg',
    '.boto',
    '{.,}rclone.conf',
    '.terraformrc',
  ],
  ...[
    '.vault-token',
    '{.,}vault[-_]pass*',
    '.msmtprc',
    '.muttrc',
    '.fetchmailrc',
    'ngrok.yml',
    '*.kubeconfig',
  ],
  ...[
    'kubeconfig',
    'sftp-config.json',
    'sftp.json',
    '.ftpconfig',
    '.ftppass',
    'sitemanager.xml',
    'jfrog-cli.conf',
  ],
  ...[
    '.sentryclirc',
    '.clasprc.json',
    '.databrickscfg',
    '.renviron',
    '.erlang.cookie',
    '.passwd-s3fs',
    '.smbcredentials',
    'kaggle.json',
    '*[-_.]token{,.txt}',
  ],
  ...['recentservers.xml', '*.tfstate', '*.tfstate.*', '*.tfvars', '*.tfvars.json', '*.publishsettings'],
  // What says what it is.
  ...[
    'credentials',
    'credentials{.,-}*{json,yml,yaml,toml,ini,csv,xml,txt,db}',
    '*[-_.]credentials',
    '*[-_.]credentials.{json,csv,yml,yaml,toml,ini,txt}',
  ],
  ...[
    'secret{s,}{.,-}{json,yml,yaml,toml,ini,properties,xml,txt}',
    'secret{s,}.*.{json,yml,yaml,toml,ini}',
    '.secret{s,}',
  ],
  ...['client_secret*.json', 'service[-_]account*.json', 'serviceaccount*.json', '*firebase-adminsdk*.json'],
  ...[
    'application_default_credentials.json',
    '{.,}{access,auth,refresh,api,oauth}{-,_,}token{s,}{.json,.txt,}',
  ],
  ...[
    '.token{s,}',
    'token{s,}.json',
    '{.,}api{-,_,}key{s,}{.json,.txt,.yml,yaml,}',
    'rootkey.csv',
    'accesskeys.csv',
  ],
  // Stores of browsers and wallets, and what was typed.
  ...[
    'key4.db',
    'logins.json',
    'cookies.sqlite',
    'wallet.dat',
    'login.keychain-db',
    '.*_history',
    'fish_history',
  ],
  ...['consolehost_history.txt', 'shadow{-,}', 'gshadow{-,}', 'sudoers', 'master.passwd'],
];

/** Files whose name says it only together with their directory's. */
const secretPairs: readonly string[] = [
  ...[
    '.docker/config.json',
    '{.,}composer/auth.json',
    'containers/auth.json',
    '.codex/auth.json',
    'gh/hosts.yml',
  ],
  ...[
    '.m2/settings*.xml',
    '.gradle/gradle.properties',
    '.cargo/credentials*',
    '.hg/hgrc',
    '{.,}netlify/config.json',
  ],
  ...['.bundle/config', '.dbt/profiles.yml', '{.,}huggingface/token', 'age/keys.txt', '.snowsql/config'],
  ...['.config/hub', 'doctl/config.yaml', '.fly/config.yml', '.terraform.d/*', 'usersecrets/*', '.direnv/*'],
  // A repository's own configuration can hold a remote's address with a token in it.
  ...['*.git/config', '*.git/config.worktree'],
];

/** Templates that are committed on purpose and hold no values, and public keys. */
const harmless = anyOf([
  '.env.{example,sample,template,dist,defaults,schema,test.example}',
  '.dev.vars.{example,sample,template}',
  '*.pub',
]);

const directories = new Set(secretDirectories);
const files = anyOf(secretFileGlobs);
const pairs = anyOf(secretPairs);

/** `folded`: the components of a path, each in the spelling that its file system takes for all the same. */
export function secretName(folded: readonly string[]): number | undefined {
  const last = folded.length - 1;
  const below = folded.findIndex(name => directories.has(name));
  if (below >= 0) return below;
  const name = folded[last];
  if (name === undefined || harmless.test(name)) return undefined;
  if (files.test(name)) return last;
  if (last > 0 && pairs.test(`${folded[last - 1]}/${name}`)) return last;
  // Modules and worktrees of a repository have their own.
  const git = folded.findIndex(part => part.endsWith('.git'));
  return git >= 0 && git < last && /^config(?:\.worktree)?$/.test(name) ? last : undefined;
}

/** What a search of whole directories leaves out, as ripgrep writes it (without case). */
export const searchExclusions: readonly string[] = [
  ...secretFileGlobs.flatMap(expanded),
  ...secretPairs.flatMap(expanded).map(pair => `**/${pair}`),
  ...secretDirectories.map(name => `${name}/`),
];

/** Of these, what ripgrep compares without an expression: with all of them, a search takes a third longer. */
export const quickExclusions = searchExclusions.filter(glob => /^(?:[^*[]+|\*\.[^*[.]+)$/.test(glob));

/** `a{b,c}` as `ab` and `ac`. */
function expanded(glob: string): string[] {
  const braces = /^([^{]*)\{([^}]*)\}(.*)$/.exec(glob);
  if (!braces) return [glob];
  const [, before = '', choices = '', after = ''] = braces;
  return choices.split(',').flatMap(choice => expanded(before + choice + after));
}

interface Matcher {
  test(name: string): boolean;
}

/** Most globs are a name, a beginning or an end: these are compared without an expression, thousands of times. */
function anyOf(globs: readonly string[]): Matcher {
  const names = new Set<string>();
  const begins: string[] = [];
  const ends: string[] = [];
  const others: string[] = [];
  for (const glob of globs.flatMap(expanded)) {
    if (!/[*[]/.test(glob)) names.add(glob);
    else if (/^[^*[]+\*$/.test(glob)) begins.push(glob.slice(0, -1));
    else if (/^\*[^*[]+$/.test(glob)) ends.push(glob.slice(1));
    else
      others.push(
        glob
          .replace(/[.+^$()|]/g, '\\$&')
          .replaceAll('[!', '[^')
          .replaceAll('*', '[^/]*'),
      );
  }
  const pattern = new RegExp(`^(?:${others.join('|')})$`);
  return {
    test: name =>
      names.has(name) ||
      begins.some(begin => name.startsWith(begin)) ||
      ends.some(end => name.endsWith(end)) ||
      pattern.test(name),
  };
}
