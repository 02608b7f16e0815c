/**
 * The names that matter in the form that a sandbox needs: which part of a path has to be guarded. Control files must
 * not be written, secrets must not be read either.
 */
import { searchExclusions, secretName } from '../../protocol/secretNames.ts';
import { controlExpressions, foldName, isControl } from './names.ts';

export interface Guard {
  kind: 'control' | 'secret';
  /** The guarded file or directory is made of so many components of the path. */
  depth: number;
}

/** Control by name, and yet written by ordinary builds: held back they would fail, or lose what they made. */
const ofBuilds = /^(?:\.gradle|\.swiftpm|\.(?:python|node|ruby)-version|.*\.pth)$/;

export const guardedNames = {
  /** What is to be guarded on the way to a file; `components` below its root. Outermost first. */
  guardsOf(components: readonly string[]): Guard[] {
    const folded = components.map(foldName);
    const secret = secretName(folded);
    const control = folded.findIndex(
      (name, i) => isControl(name, i === folded.length - 1) && !ofBuilds.test(name),
    );
    return [
      ...(control >= 0 && control !== secret ? [{ kind: 'control' as const, depth: control + 1 }] : []),
      ...(secret !== undefined ? [{ kind: 'secret' as const, depth: secret + 1 }] : []),
    ].sort((a, b) => a.depth - b.depth);
  },

  /** The same as patterns in lower case, for a sandbox whose rules are about names. */
  controlExpressions: controlExpressions.filter(
    name => !/gradle\|?$|swiftpm$|(?:python|node|ruby)-version$|\.pth$/.test(name),
  ),
  /** With `*`, `[abc]` and `[!a-z]`; those with a slash name a file in its directory, or (at the end) a directory. */
  secretGlobs: searchExclusions,

  /** Where a person's programs keep keys and private data, relative to the home directory. */
  stores: `
    .config/gcloud .config/gh .config/glab-cli .config/hub .config/op .config/doctl .config/rclone .config/ngrok
    .config/git/credentials .config/pulumi .config/heroku .config/configstore .config/filezilla .config/containers
    .config/Code .config/Code\\ -\\ Insiders .config/VSCodium .config/Cursor .config/Windsurf .config/code-server
    .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge .config/Slack .config/discord
    .config/Signal .config/1Password .config/Bitwarden
    .vscode-server/data .vscode-server-insiders/data .vscode-remote/data .vscode-oss/data .local/share/code-server
    .local/share/keyrings .local/share/kwalletd .local/share/remmina
    .mozilla .thunderbird .docker .podman .oci .terraform.d .vagrant.d .minikube .helm .netlify .vercel .fly .wrangler
    .claude .claude.json .codex .gemini .kimi .cargo/credentials .cargo/credentials.toml .m2/settings.xml
    .m2/settings-security.xml .gradle/gradle.properties .gem/credentials .composer/auth.json .config/composer/auth.json
    .nuget/NuGet .wget-hsts .lesshst .bash_history .zsh_history .python_history .mysql_history .psql_history
    Library/Keychains Library/Cookies Library/Application\\ Support/Code Library/Application\\ Support/Code\\ -\\ Insiders
    Library/Application\\ Support/Cursor Library/Application\\ Support/VSCodium Library/Application\\ Support/Google/Chrome
    Library/Application\\ Support/Firefox Library/Messages Library/Mail Library/Safari`
    .split(/(?<!\\)\s+/)
    .filter(Boolean)
    .map(name => name.replaceAll('\\ ', ' ')),
};
