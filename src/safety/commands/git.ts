/**
 * git's commands that only look, each with its harmless options. They run unasked only in repositories of which nothing
 * can start a program (gitRepository.ts), under settings that the host gives (host/git/settings.ts). Not on the list, on
 * purpose: `show` and patches of commits (a commit can hold secrets that are long gone, and `show` prints any object),
 * `stash list` and `submodule` (they start git again), `grep`, `config`, `cat-file`.
 */
import { quoted } from '../rules/words.ts';
import { type OptionList, readArguments } from './options.ts';
import type { Use } from './use.ts';

export interface GitUse {
  /** Where git is told to run, below where the line runs. */
  directory: string;
  /** What of the repository it prints. */
  shows: 'names' | 'changes' | 'addresses';
  /** It compares with the files of the workspace. */
  compares: boolean;
  /** Each must be there, or git could take it for a revision. */
  files: string[];
}

const SUMMARY = ['stat', 'numstat', 'shortstat', 'name-only', 'name-status', 'summary', 'compact-summary'];
const WALK = [
  ...'all merges no-merges first-parent reverse topo-order date-order author-date-order abbrev-commit'.split(
    ' ',
  ),
  ...'no-abbrev-commit full-history simplify-by-decoration cherry left-right left-only right-only boundary'.split(
    ' ',
  ),
  ...'ancestry-path regexp-ignore-case all-match invert-grep fixed-strings extended-regexp parents children'.split(
    ' ',
  ),
];
const WALK_VALUES = [
  ...['max-count', 'skip', 'since', 'until', 'after', 'before', 'author', 'committer', 'grep', 'date'],
];
const WALK_OPTIONAL = ['branches', 'tags', 'remotes', 'abbrev', 'pretty', 'format', 'color'];
const DIFFING = [
  ...'ignore-all-space ignore-space-change ignore-space-at-eol ignore-blank-lines minimal patience histogram'.split(
    ' ',
  ),
  ...'no-renames find-renames no-color no-ext-diff no-textconv text no-prefix full-index relative'.split(' '),
];

interface GitRule extends OptionList {
  /** What may stand besides options; `none`: nothing. */
  operands: 'any' | 'none';
  /** Options with which operands name what is looked for, and not what is to be made. */
  only?: readonly string[];
  compares?: boolean;
}

const log: GitRule = {
  flags: 'isgzEFP',
  valued: 'n',
  number: true,
  long: [
    ...WALK,
    ...SUMMARY,
    ...DIFFING.filter(option => option !== 'text'),
    ...'oneline graph no-patch follow no-decorate walk-reflogs no-mailmap relative-date source'.split(' '),
  ],
  longValued: WALK_VALUES,
  longOptional: [...WALK_OPTIONAL, 'decorate', 'diff-filter'],
  operands: 'any',
};

const rules: Record<string, GitRule> = {
  status: {
    flags: 'sbz',
    long: 'short branch long show-stash ahead-behind no-ahead-behind renames no-renames'.split(' '),
    longOptional: ['porcelain', 'untracked-files', 'ignored'],
    operands: 'any',
    compares: true,
  },
  diff: {
    flags: 'bwspuWz',
    joined: 'U',
    long: [
      ...SUMMARY,
      ...DIFFING.filter(option => option !== 'text'),
      ...'cached staged patch no-patch quiet exit-code function-context color-words merge-base'.split(' '),
    ],
    longOptional: ['unified', 'color', 'word-diff', 'diff-filter', 'abbrev', 'diff-algorithm'],
    operands: 'any',
    compares: true,
  },
  log,
  'rev-list': {
    flags: 'i',
    valued: 'n',
    number: true,
    long: [...WALK, 'count'],
    longValued: WALK_VALUES,
    longOptional: WALK_OPTIONAL,
    operands: 'any',
  },
  shortlog: {
    flags: 'snec',
    long: [...'summary numbered email all merges no-merges first-parent'.split(' ')],
    longValued: ['since', 'until', 'after', 'before', 'author'],
    operands: 'any',
  },
  branch: {
    flags: 'arvi',
    long: 'all remotes list verbose show-current no-color ignore-case no-abbrev'.split(' '),
    longOptional: [
      'sort',
      'format',
      'merged',
      'no-merged',
      'contains',
      'no-contains',
      'points-at',
      'abbrev',
      'color',
    ],
    operands: 'any',
    only: ['list', 'merged', 'no-merged', 'contains', 'no-contains'],
  },
  tag: {
    flags: 'li',
    long: ['list', 'ignore-case', 'no-color'],
    longOptional: ['sort', 'format', 'merged', 'no-merged', 'contains', 'no-contains', 'points-at'],
    operands: 'any',
    only: ['l', 'list', 'merged', 'no-merged', 'contains', 'no-contains'],
  },
  blame: {
    flags: 'bceflnpstw',
    valued: 'L',
    long: 'porcelain line-porcelain show-email show-name show-number root'.split(' '),
    longOptional: ['date', 'abbrev'],
    operands: 'any',
    compares: true,
  },
  'ls-files': {
    flags: 'cdmosktuvz',
    long: [
      ...'cached deleted modified others stage unmerged killed exclude-standard full-name directory'.split(
        ' ',
      ),
      ...'no-empty-directory deduplicate error-unmatch'.split(' '),
    ],
    longOptional: ['abbrev'],
    operands: 'any',
    compares: true,
  },
  'ls-tree': {
    flags: 'drtlz',
    long: 'name-only name-status full-name full-tree object-only long'.split(' '),
    longOptional: ['abbrev'],
    operands: 'any',
  },
  'rev-parse': {
    flags: 'q',
    long: [
      ...'show-toplevel show-prefix show-cdup git-dir absolute-git-dir git-common-dir is-inside-work-tree'.split(
        ' ',
      ),
      ...'is-inside-git-dir is-bare-repository is-shallow-repository verify symbolic symbolic-full-name quiet'.split(
        ' ',
      ),
    ],
    longOptional: ['short', 'abbrev-ref'],
    operands: 'any',
  },
  'merge-base': { flags: 'a', long: ['all', 'is-ancestor', 'octopus', 'independent'], operands: 'any' },
  describe: {
    long: 'tags all always long exact-match first-parent'.split(' '),
    longValued: ['match', 'exclude', 'candidates'],
    longOptional: ['abbrev'],
    operands: 'any',
  },
  reflog: { valued: 'n', number: true, longOptional: ['max-count', 'date'], operands: 'none' },
};

/** Harmless exactly as they stand. */
const exact: Record<string, GitUse['shows']> = {
  'worktree list': 'names',
  'worktree list --porcelain': 'names',
  remote: 'addresses',
  'remote -v': 'addresses',
  'remote --verbose': 'addresses',
  'remote get-url origin': 'addresses',
};

/** Placeholders that print what a commit says about itself; `%G?` starts a program, `%(describe)` git again. */
const PRETTY =
  /^(?:[^%]|%(?:%|n|x[0-9a-fA-F]{2}|C(?:red|green|blue|reset|\(auto\))|[HhTtPpsfbBeDdNm]|a[nNeEldDritsIS]|c[nNeEldDritsIS]|g[dDs]|[+ -][dsb]))*$/;
const PRETTY_NAMES = /^(?:oneline|short|medium|full|fuller|reference|email|raw)$/;
/** The same for references. */
const REFERENCE =
  /^(?:[^%]|%%|%[0-9a-f]{2}|%\((?:HEAD|refname(?::short)?|objectname(?::short)?|objecttype|upstream(?::(?:short|track|trackshort))?|push(?::short)?|(?:author|committer|tagger|creator)(?:name|email|date(?::(?:short|iso|iso8601|relative|unix))?)?|subject|contents:subject|worktreepath)\))*$/;

const TAKES = /^--(?:no-)?(?:merged|contains|points-at|sort|format|date)$/;
/** `signature` and `describe` start programs. */
const SORT =
  /^-?(?:v:|version:)?(?:HEAD|refname|objectname|objecttype|objectsize|upstream|push|subject|(?:author|committer|tagger|creator)(?:name|email|date)?)(?::short)?$/;

const COMMITS = 'It prints what commits hold, and that may be a secret that is gone from the files.';
const unlisted = (what: string): Use => ({
  refused: `${quoted(what, 60)} is not on the list of git's commands that only look.`,
});

export function git(args: readonly string[]): Use {
  const rest = [...args];
  let directory = '.';
  let isPlaced = false;
  for (;;) {
    if (rest[0] === '--no-pager' || rest[0] === '--no-optional-locks') rest.shift();
    else if (rest[0] === '-C' && rest[1] && !isPlaced) {
      isPlaced = true;
      directory = rest[1];
      rest.splice(0, 2);
    } else break;
  }
  const [command = '', ...words] = rest;
  const line = rest.join(' ');
  const base: GitUse = { directory, shows: 'names', compares: false, files: [] };
  if (Object.hasOwn(exact, line) && rest.every(word => !word.includes(' ')))
    return { reads: [], git: { ...base, shows: exact[line]! } };
  const rule = Object.hasOwn(rules, command) ? rules[command] : undefined;
  if (command === 'show') return { refused: COMMITS };
  if (!rule) return unlisted(`git ${command}`);

  // Options whose value, if any, is joined to them.
  const joined = /^-u(?:no|normal|all)?$/;
  const counted = /^-n\d*$/;
  const plain = words.filter(
    word => !(command === 'status' && joined.test(word)) && !(command === 'tag' && counted.test(word)),
  );
  const end = plain.indexOf('--');
  // Some of these take the next word, whatever it is.
  if (TAKES.test(plain[end - 1] ?? '')) return unlisted(`${plain[end - 1]} --`);
  const read = readArguments(`git ${command}`, plain, { ...rule, behind: 'option' });
  if ('refused' in read) return read;
  const { operands, options } = read;
  const has = (names: readonly string[]) => names.some(name => options.has(name));
  const odd = operands.find(word => word.includes(':') || word === '');
  if (odd !== undefined) return { refused: `${quoted(odd, 60)} may name anything in the repository.` };
  if (operands.length > 0 && (rule.operands === 'none' || (rule.only && !has(rule.only))))
    return { refused: `${quoted(`git ${command} ${operands[0]}`, 60)} may do more than look.` };
  const bad = badFormat(command, read);
  if (bad !== undefined) return { refused: `${quoted(bad, 60)} is not on the list of harmless formats.` };
  if (command === 'blame' && !read.all('L').every(value => /^\d+(?:,[+-]?\d+)?$/.test(value)))
    return { refused: 'The lines that it names are not understood.' };
  if (command === 'blame' && operands.length > 1) return { refused: COMMITS };

  const behind = end < 0 ? [] : plain.slice(end + 1);
  const shows = command === 'diff' && printsChanges(read) ? 'changes' : 'names';
  const before = operands.slice(0, operands.length - behind.length);
  // Before `--` stands a commit, and so does what is written like one, even where a file has that name.
  const namesCommits = end < 0 ? before.some(word => /[\^~{]/.test(word)) : before.length > 0;
  if (shows === 'changes' && (namesCommits || has(['cached', 'staged', 'merge-base'])))
    return { refused: COMMITS };
  return {
    reads: operands,
    git: {
      ...base,
      shows,
      compares: rule.compares ?? false,
      files: shows === 'changes' ? before : [],
    },
  };
}

type Read = Exclude<ReturnType<typeof readArguments>, { refused: string }>;

function printsChanges({ options }: Read): boolean {
  const printing = ['p', 'u', 'U', 'W', 'patch', 'unified', 'function-context', 'word-diff', 'color-words'];
  if (printing.some(option => options.has(option))) return true;
  return ![...SUMMARY, 's', 'no-patch', 'quiet'].some(option => options.has(option));
}

function badFormat(command: string, { all }: Read): string | undefined {
  const isReference = command === 'branch' || command === 'tag';
  // Without `=` the next word is the format, or it is none at all.
  const formats = [...all('format'), ...all('pretty').filter(Boolean)].filter(format => {
    if (format === '') return true;
    if (isReference) return !REFERENCE.test(format);
    return !PRETTY_NAMES.test(format) && !PRETTY.test(format.replace(/^t?format:/, ''));
  });
  const sorts = all('sort').filter(key => !SORT.test(key));
  const counts = [...all('U'), ...all('unified')].filter(value => !/^\d{1,4}$/.test(value));
  return [...formats, ...sorts, ...counts][0];
}
