/**
 * Whether a repository's configuration could make git start a program, or look elsewhere, when it only looks. Read by
 * a grammar stricter than git's: what is not understood, and every setting that is not on the list, is a reason to ask.
 */
import { quoted } from '../rules/words.ts';

/** Sections of which every setting is harmless to looking: about branches, people, and what is done when pushing. */
const anything = new Set([
  'branch',
  'user',
  'author',
  'committer',
  'pull',
  'push',
  'advice',
  'init',
  'gui',
  'gc',
]);

/** `section.key`; a section with a name between the two counts only where it is listed so (`remote.*.url`). */
const harmless = new Set(
  `core.repositoryformatversion core.filemode core.bare core.logallrefupdates core.ignorecase core.precomposeunicode
  core.symlinks core.autocrlf core.eol core.safecrlf core.quotepath core.sharedrepository core.abbrev core.longpaths
  core.untrackedcache core.preloadindex core.commitgraph core.trustctime core.checkstat core.protecthfs core.protectntfs
  core.hookspath core.fsmonitor core.compression core.loosecompression core.bigfilethreshold core.deltabasecachelimit
  core.packedgitwindowsize core.packedgitlimit core.multipackindex core.whitespace core.commentchar
  branch.autosetupmerge branch.autosetuprebase
  color.ui color.status color.diff color.branch status.showuntrackedfiles status.short status.branch status.relativepaths
  status.renames diff.renames diff.algorithm diff.mnemonicprefix diff.noprefix diff.context diff.colormoved
  log.date log.abbrevcommit log.decorate log.follow blame.date merge.conflictstyle merge.ff merge.renames
  rebase.autostash rebase.autosquash rerere.enabled fetch.prune fetch.prunetags fetch.parallel fetch.writecommitgraph
  commit.gpgsign tag.gpgsign gpg.format pack.threads feature.manyfiles index.version index.threads
  remote.*.url remote.*.pushurl remote.*.fetch remote.*.push remote.*.tagopt remote.*.prune remote.*.gh-resolved
  remote.pushdefault lfs.repositoryformatversion submodule.*.url submodule.*.active submodule.*.ignore`.split(
    /\s+/,
  ),
);

const SECTION = /^\[([A-Za-z0-9.-]+)(?: "((?:[^"\\\]]|\\["\\])*)")?\]$/;
const SETTING = /^([A-Za-z][A-Za-z0-9-]*)(?:\s*=(.*))?$/;

/** Why git asks because of it; undefined when nothing in it can do anything to a look. */
export function configProblem(text: string): string | undefined {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) || text.startsWith('\ufeff'))
    return 'its configuration holds characters that do not belong there';
  let section: string | undefined;
  let isNamed = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line.endsWith('\\')) return 'its configuration goes on over the end of a line';
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.startsWith('[')) {
      const found = SECTION.exec(line);
      // `[a.b]` is an old way to name a section.
      if (!found || found[1]!.includes('.'))
        return 'its configuration is written in a way that is not read here';
      section = found[1]!.toLowerCase();
      isNamed = found[2] !== undefined;
      continue;
    }
    const found = SETTING.exec(line);
    if (!found || section === undefined) return 'its configuration is written in a way that is not read here';
    const key = found[1]!.toLowerCase();
    const problem = settingProblem(section, isNamed, key, found[2]?.trim());
    if (problem) return problem;
  }
  return undefined;
}

function settingProblem(
  section: string,
  isNamed: boolean,
  key: string,
  value: string | undefined,
): string | undefined {
  // `branch.sort` can start programs, which no setting of one branch does.
  if (anything.has(section) && (section !== 'branch' || isNamed)) return undefined;
  const name = `${section}${isNamed ? '.*' : ''}.${key}`;
  const says = () => `its configuration sets ${quoted(name, 60)}`;
  if (!harmless.has(name)) return says();
  if (name === 'core.bare' && value !== 'false') return says();
  // `format:%9999999d` would fill the disk.
  if (/^(?:log|blame)\.date$/.test(name) && !/^[\w-]+$/.test(value ?? '')) return says();
  // Another value is a program; the commands that run unasked are told not to use any.
  if (name === 'core.fsmonitor' && value !== undefined && !/^(?:true|false)$/i.test(value)) return says();
  return undefined;
}

/** An address with a password or a token in it. */
export const hasCredentials = (config: string): boolean => /:\/\/[^/\s]*@/.test(config);
