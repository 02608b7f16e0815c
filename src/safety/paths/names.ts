/**
 * Names that matter wherever they lie: files that steer editors, agents, shells, builds (control), and files that
 * hold credentials (secret). Compared on folded names, so `.GIT`, `.g\u200cit` and `.git.` are all `.git`.
 */

/** One spelling for all names a file system may take for the same: case, width, invisible characters, tails. */
export function foldName(name: string): string {
  return name
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[. ]+$/, '');
}

const set = (names: string) => new Set(names.split(/\s+/).filter(Boolean));

/** Everything below a directory of this name is control. */
const controlDirectories = set(`
  .git .hg .svn .jj
  .vscode .vscode-insiders .idea .fleet .zed .devcontainer
  .github .gitlab .circleci .buildkite .teamcity .gitea .forgejo .woodpecker .ci
  .husky .githooks .yarn .cargo .mvn .bundle
  .ascent .agents .claude .codex .cursor .gemini .kimi .qwen .roo .cline .clinerules .windsurf .continue .amazonq
  .kiro .junie .aider .opencode .augment .trae
`);

const controlFiles = set(`
  agents.md agents.override.md agent.md claude.md claude.local.md gemini.md qwen.md kimi.md copilot-instructions.md
  .cursorrules .windsurfrules .clinerules .roorules .goosehints .cursorignore .aider.conf.yml .rules
  mcp.json .mcp.json mcp_settings.json devcontainer.json .devcontainer.json
  .gitconfig .gitattributes .gitmodules .pre-commit-config.yaml .pre-commit-config.yml lefthook.yml .lefthook.yml
  lefthook.toml lefthook.json .huskyrc .overcommit.yml
  .gitlab-ci.yml .travis.yml appveyor.yml .appveyor.yml azure-pipelines.yml jenkinsfile bitbucket-pipelines.yml
  .drone.yml .woodpecker.yml .cirrus.yml cloudbuild.yaml cloudbuild.yml buildspec.yml
  .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs .pnpmfile.mjs pnpmfile.js bunfig.toml .pypirc pip.conf pip.ini .condarc
  .gemrc nuget.config .bazelrc gradle-wrapper.properties maven-wrapper.properties sitecustomize.py usercustomize.py
  .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout
  .kshrc .mkshrc .cshrc .tcshrc .login .logout config.fish .inputrc .envrc .mise.toml mise.toml .tool-versions
  profile.ps1 microsoft.powershell_profile.ps1 autoexec.bat
  .vimrc .exrc .nvimrc .gvimrc .emacs .dir-locals.el .gdbinit .lldbinit .tmux.conf .screenrc
  .xinitrc .xprofile .xsession .ripgreprc .curlrc .wgetrc
`);

const controlPatterns = [/\.code-workspace$/, /\.instructions\.md$/, /\.chatmode\.md$/, /\.prompt\.md$/];

/** Everything below a directory of this name is secret. */
const secretDirectories = set(`
  .ssh .gnupg .aws .azure .kube .password-store gcloud keychains .1password .secrets
`);

const secretFiles = set(`
  .netrc _netrc .git-credentials .pgpass .my.cnf .npmrc .pypirc .htpasswd .dockercfg .dockerconfigjson .envrc
  .vault-token .terraformrc credentials credentials.json credentials.yml credentials.yaml credentials.toml
  secrets.json secrets.yml secrets.yaml secrets.toml secrets.env client_secret.json application_default_credentials.json
  token.json .token .s3cfg .boto key4.db logins.json cookies.sqlite wallet.dat login.keychain-db
  authorized_keys known_hosts master.key shadow gshadow sudoers .bash_history .zsh_history .python_history
  .node_repl_history .psql_history .mysql_history
`);

const secretPatterns = [
  /^\.env(?:[.\-_].*)?$/,
  /^[^.].*\.env$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|gpg|p8|tfstate|tfvars|keychain|keytab|ovpn)$/,
  /\.tfstate\.backup$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_.*)?$/,
  /^service[-_]account.*\.json$/,
  /^client_secret.*\.json$/,
];
/** Templates that are committed on purpose and hold no values. */
const harmless = /^\.env\.(?:example|sample|template|dist|defaults|schema)$/;

export type NameKind = 'ordinary' | 'control' | 'secret';

/** What the components of a path (below its root, or all of them) say about it. */
export function kindOfNames(components: readonly string[]): { kind: NameKind; name?: string } {
  const folded = components.map(foldName);
  const last = folded.length - 1;
  let control: string | undefined;
  for (const [i, name] of folded.entries()) {
    const given = components[i]!;
    if (secretDirectories.has(name)) return { kind: 'secret', name: given };
    if (controlDirectories.has(name) || controlFiles.has(name) || controlPatterns.some(p => p.test(name)))
      control ??= given;
    if (i === last && isSecretFile(name)) return { kind: 'secret', name: given };
  }
  // A repository's own configuration can hold a remote's address with a token in it.
  const git = folded.lastIndexOf('.git');
  if (git >= 0 && git < last && folded[last] === 'config')
    return { kind: 'secret', name: `${components[git]}/config` };
  if (folded.at(-2) === '.docker' && folded[last] === 'config.json')
    return { kind: 'secret', name: components.at(-2)! };
  return control === undefined ? { kind: 'ordinary' } : { kind: 'control', name: control };
}

function isSecretFile(name: string): boolean {
  return !harmless.test(name) && (secretFiles.has(name) || secretPatterns.some(p => p.test(name)));
}
