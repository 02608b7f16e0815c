/**
 * Names that matter wherever they lie: files that steer editors, agents, shells, builds (control), and files that
 * hold credentials (secret). Compared on folded names, so `.GIT`, `.g\u200cit` and `.git.` are all `.git`.
 */

import { secretName } from '../../protocol/secretNames.ts';

/** One spelling for all names a file system may take for the same: case (`\u00df` is `ss`), width, invisible characters, tails. */
export function foldName(name: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(name);
  const folded = isPlain ? name.toLowerCase() : foldCharacters(name);
  return /[. ]$/.test(folded) ? folded.replace(/[. ]+$/, '') : folded;
}

function foldCharacters(name: string): string {
  return name
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase();
}

const set = (names: string) => new Set(names.split(/\s+/).filter(Boolean));

/** Everything below a directory of this name is control. */
const controlDirectories = set(`
  .git .hg .svn .jj
  .vscode .vscode-insiders .vscodium .idea .fleet .zed .helix .nova .devcontainer
  .github .gitlab .circleci .buildkite .teamcity .gitea .forgejo .woodpecker .semaphore .ci
  .husky .githooks .yarn .cargo .mvn .gradle .m2 .bundle .swiftpm .bashrc.d .zshrc.d .oh-my-zsh .direnv .mise .rtx
  .ascent .agents .agent .amazonq .kiro .junie .opencode .augment .trae .goose .factory .crush .openhands .copilot
`);

const controlFiles = set(`
  agents.md agents.override.md agent.md claude.md claude.local.md gemini.md qwen.md kimi.md copilot-instructions.md
  codex.md crush.md warp.md replit.md skill.md .openhands_instructions .replit
  .cursorrules .windsurfrules .clinerules .roorules .goosehints .cursorignore .rules .roomodes .rooignore
  mcp.json .mcp.json mcp_config.json mcp_settings.json mcp-servers.json cline_mcp_settings.json opencode.json
  opencode.jsonc crush.json .crush.json claude_desktop_config.json devcontainer.json .devcontainer.json
  .gitconfig .gitattributes .gitmodules .pre-commit-config.yaml .pre-commit-config.yml .pre-commit-hooks.yaml
  lefthook.yml lefthook.yaml .lefthook.yml lefthook-local.yml lefthook.toml lefthook.json .huskyrc .overcommit.yml
  simple-git-hooks.json .simple-git-hooks.json
  .travis.yml .travis.yaml bitbucket-pipelines.yml codemagic.yaml wercker.yml
  .drone.yml .drone.yaml .woodpecker.yml .woodpecker.yaml .cirrus.yml cloudbuild.yaml cloudbuild.yml
  buildspec.yml buildspec.yaml
  .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs .pnpmfile.mjs pnpmfile.js bunfig.toml .pypirc pip.conf pip.ini .condarc
  uv.toml .pydistutils.cfg pydistutils.cfg .gemrc nuget.config .bazelrc .bazeliskrc rust-toolchain rust-toolchain.toml
  gradle-wrapper.properties gradle-wrapper.jar maven-wrapper.properties maven-wrapper.jar init.gradle init.gradle.kts
  sitecustomize.py usercustomize.py
  .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .bash_completion .profile .zshrc .zshenv .zprofile
  .zlogin .zlogout .zshrc.local .kshrc .mkshrc .cshrc .tcshrc .login .logout .xonshrc config.fish config.nu env.nu
  .inputrc .envrc mise.toml mise.local.toml .mise.toml .mise.local.toml .rtx.toml .tool-versions .asdfrc
  .node-version .nvmrc .python-version .ruby-version .java-version .sdkmanrc
  profile.ps1 microsoft.powershell_profile.ps1 microsoft.vscode_profile.ps1 autoexec.bat
  .vimrc .lvimrc .exrc .nvimrc .nvim.lua .gvimrc .emacs .dir-locals.el .gdbinit .lldbinit .tmux.conf .screenrc
  .xinitrc .xprofile .xsession .ripgreprc .curlrc .wgetrc
`);

const controlPatterns = [
  /\.(?:code-workspace|sublime-project|instructions\.md|chatmode\.md|agent\.md|prompt\.md)$/,
  // Agents keep their settings under names that go on: .kimi-cli, .roo-code, .cline_rules.
  /^\.(?:kimi|roo|cline|claude|codex|cursor|gemini|qwen|windsurf|aider|continue)(?:[-_.]|$)/,
  /^\.(?:kimi|roo|cline|claude|codex|cursor|gemini|qwen|windsurf|aider)(?:rc|rules|config|code|cli)/,
  // A bare repository; code that Python runs whenever it starts.
  /.\.git$/,
  /\.pth$/,
  /^\.?gitlab-ci.*\.ya?ml$/,
  /^\.?azure-pipelines.*\.ya?ml$/,
  /^\.?appveyor\.ya?ml$/,
  /^jenkinsfile(?:\..*)?$/,
  /^\.lintstagedrc(?:\..*)?$|^lint-staged\.config\.[cm]?[jt]s$/,
];

/** Control names as regular expressions for a whole name in lower case, without what only JavaScript knows. */
export const controlExpressions: readonly string[] = [
  ...[...controlDirectories, ...controlFiles].map(name => name.replace(/[.+*?()[\]]/g, '\\$&')),
  ...controlPatterns.flatMap(pattern => pattern.source.split(/\|(?=\^)/)).map(wholeName),
];

function wholeName(source: string): string {
  const plain = source.replaceAll('(?:', '(').replace(/\(([^()]*)\|\$\)$/, '($1[^/]*)?$');
  const end = plain.endsWith('$') ? plain.slice(0, -1) : `${plain}[^/]*`;
  return plain.startsWith('^') ? end.slice(1) : `[^/]*${end}`;
}

export type NameKind = 'ordinary' | 'control' | 'secret';

/** What the components of a path (below its root, or all of them) say about it. */
export function kindOfNames(components: readonly string[]): { kind: NameKind; name?: string } {
  const folded = components.map(foldName);
  const secret = secretName(folded);
  if (secret !== undefined) return { kind: 'secret', name: components[secret]! };
  const control = folded.findIndex((name, i) => isControl(name, i === folded.length - 1));
  return control < 0 ? { kind: 'ordinary' } : { kind: 'control', name: components[control]! };
}

/** `name` folded; it steers tools wherever in a path it stands, or (`isLast`) at its end. */
export function isControl(name: string, isLast: boolean): boolean {
  if (controlDirectories.has(name) || controlFiles.has(name) || controlPatterns.some(p => p.test(name)))
    return true;
  // Where it lies with `objects` and `refs`, git takes the directory for a repository, with hooks and all.
  return isLast && name === 'head';
}
