/**
 * The programs that only look, each with its harmless options and what its operands are. Options are those that mean
 * the same to GNU and BSD versions, or do no harm in either. Not on the list, on purpose: git (configuration starts
 * programs), printf (`%n` and `-v` assign), test and [ (`-v` evaluates), less and more (input filters), env and
 * printenv (keys), awk, xargs, jq.
 */
import { type OptionList, readArguments } from './options.ts';

/** What a call reads, and how. */
export type Use =
  | {
      reads: string[];
      /**
       * `tree`: everything below a directory, hidden files too. `visible`: what ripgrep shows by itself.
       * `file`: a directory would be read whole, through its links.
       */
      how?: 'tree' | 'visible' | 'file';
    }
  /** Not proven harmless, and why. */
  | { refused: string };

interface ProgramRule extends OptionList {
  /** What the operands are; `here`: paths, and the current directory when there are none. */
  operands: 'paths' | 'here' | 'text' | 'none';
  most?: number;
}

const rules: Record<string, ProgramRule> = {
  ls: {
    flags: 'aAbBcCdfFghHilmnopqQrRsStuUvxX1k',
    long: [
      ...'all almost-all directory full-time group-directories-first human-readable inode'.split(' '),
      ...'numeric-uid-gid no-group reverse recursive size'.split(' '),
    ],
    longOptional: ['color', 'sort', 'time', 'time-style', 'format', 'classify'],
    operands: 'here',
  },
  cat: {
    flags: 'AbeEnstTuv',
    long: ['number', 'number-nonblank', 'show-all', 'show-ends', 'show-tabs', 'squeeze-blank'],
    operands: 'paths',
  },
  head: {
    flags: 'qv',
    valued: 'nc',
    longValued: ['lines', 'bytes'],
    long: ['quiet'],
    number: true,
    operands: 'paths',
  },
  tail: {
    flags: 'qv',
    valued: 'nc',
    longValued: ['lines', 'bytes'],
    long: ['quiet'],
    number: true,
    operands: 'paths',
  },
  wc: { flags: 'clmwL', long: ['bytes', 'chars', 'lines', 'words', 'max-line-length'], operands: 'paths' },
  nl: { valued: 'bhifnsvwl', operands: 'paths' },
  tac: { operands: 'paths' },
  rev: { operands: 'paths' },
  fold: { flags: 'bs', valued: 'w', operands: 'paths' },
  cut: {
    flags: 'snz',
    valued: 'bcdf',
    longValued: ['bytes', 'characters', 'delimiter', 'fields', 'output-delimiter'],
    long: ['complement', 'only-delimited'],
    operands: 'paths',
  },
  paste: { flags: 's', valued: 'd', operands: 'paths' },
  tr: { flags: 'cCdst', long: ['complement', 'delete', 'squeeze-repeats'], operands: 'text' },
  sort: {
    flags: 'bcCdfghiMmnrRsuVz',
    valued: 'kt',
    longValued: ['key', 'field-separator'],
    long: [
      ...'check dictionary-order ignore-case general-numeric-sort human-numeric-sort month-sort'.split(' '),
      ...'numeric-sort reverse stable unique version-sort zero-terminated'.split(' '),
    ],
    operands: 'paths',
  },
  // A second operand would be written to.
  uniq: {
    flags: 'cdDiuz',
    valued: 'fsw',
    long: ['count', 'repeated', 'unique', 'ignore-case'],
    operands: 'paths',
    most: 1,
  },
  comm: { flags: '123i', operands: 'paths' },
  cmp: { flags: 'bls', long: ['silent', 'quiet', 'verbose'], operands: 'paths' },
  diff: {
    flags: 'abBcdeiNpqstTuwy',
    valued: 'UC',
    long: [
      ...'brief unified side-by-side ignore-case ignore-all-space ignore-space-change'.split(' '),
      ...'ignore-blank-lines minimal text new-file report-identical-files suppress-common-lines'.split(' '),
    ],
    longOptional: ['color', 'unified', 'context'],
    operands: 'paths',
  },
  stat: {
    flags: 'Lt',
    valued: 'c',
    longValued: ['format', 'printf'],
    long: ['dereference', 'terse'],
    operands: 'paths',
  },
  file: {
    flags: 'bhiLk',
    long: ['brief', 'mime', 'mime-type', 'mime-encoding', 'dereference'],
    operands: 'paths',
  },
  du: {
    flags: 'achkms',
    valued: 'd',
    longValued: ['max-depth'],
    long: ['all', 'human-readable', 'summarize', 'total'],
    operands: 'here',
  },
  df: { flags: 'hHikmT', long: ['human-readable', 'inodes'], operands: 'here' },
  tree: { flags: 'adfhis', valued: 'LIP', long: ['noreport', 'dirsfirst'], operands: 'here' },
  md5sum: { flags: 'b', operands: 'paths' },
  sha1sum: { flags: 'b', operands: 'paths' },
  sha256sum: { flags: 'b', operands: 'paths' },
  sha512sum: { flags: 'b', operands: 'paths' },
  cksum: { operands: 'paths' },
  realpath: { flags: 'ez', operands: 'paths' },
  readlink: { flags: 'efmn', operands: 'paths' },
  basename: { flags: 'a', valued: 's', operands: 'text' },
  dirname: { operands: 'text' },
  pwd: { flags: 'LP', operands: 'none' },
  echo: { operands: 'text' },
  true: { operands: 'none' },
  false: { operands: 'none' },
  whoami: { operands: 'none' },
  id: { flags: 'gGnru', operands: 'none' },
  uname: { flags: 'amnoprsv', operands: 'none' },
  nproc: { operands: 'none' },
  seq: { flags: 'w', valued: 's', operands: 'text' },
  which: { flags: 'a', operands: 'text' },
};

/** Command lines that are harmless exactly as they stand. */
const exact = new Set([
  'node --version',
  'node -v',
  'python3 --version',
  'git --version',
  'date',
  'date -u',
  'date -I',
]);

/** Programs with a grammar of their own. */
const special: Record<string, (args: readonly string[]) => Use> = {
  grep,
  rg,
  find,
  sed,
  command: lookUp,
};

/** All programs that can run unasked when the person allowed none by name; besides these, only `cd`. */
export const knownPrograms: ReadonlySet<string> = new Set([
  ...Object.keys(rules),
  ...Object.keys(special),
  ...[...exact].map(line => line.split(' ')[0]!),
]);

/** What this call uses, when it only looks. Undefined for a program that is not on the list. */
export function useOf(argv: readonly string[]): Use | undefined {
  const [program = '', ...args] = argv;
  if (exact.has(argv.join(' ')) && argv.every(word => !word.includes(' '))) return { reads: [] };
  const own = Object.hasOwn(special, program) ? special[program] : undefined;
  if (own) return own(args);
  const rule = Object.hasOwn(rules, program) ? rules[program] : undefined;
  if (!rule)
    return knownPrograms.has(program) ? { refused: `\`${program}\` can do more than look.` } : undefined;
  // echo prints what it does not know.
  if (program === 'echo') return { reads: [] };
  const read = readArguments(program, args, rule);
  if ('refused' in read) return read;
  if (rule.operands === 'none' && read.operands.length > 0)
    return { refused: `\`${program}\` takes no \`${read.operands[0]}\` here.` };
  if (rule.most !== undefined && read.operands.length > rule.most)
    return { refused: `\`${program}\` would write to its second file.` };
  if (rule.operands === 'text' || rule.operands === 'none') return { reads: [] };
  const reads = read.operands.filter(o => o !== '-');
  if (program === 'diff') return { reads, how: 'file' };
  return { reads: rule.operands === 'here' && reads.length === 0 ? ['.'] : reads };
}

function lookUp(args: readonly string[]): Use {
  const [first, ...names] = args;
  const plain = (name: string) => /^[A-Za-z0-9_.+-]+$/.test(name) && !name.startsWith('-');
  if (first === '-v' && names.length > 0 && names.every(plain)) return { reads: [] };
  return { refused: '`command` is harmless only as `command -v NAME`.' };
}

function grep(args: readonly string[]): Use {
  const read = readArguments('grep', args, {
    flags: 'EFGPivwxcolLqsnhHbaIrz',
    valued: 'emABC',
    long: [
      ...'extended-regexp fixed-strings perl-regexp ignore-case invert-match word-regexp line-regexp'.split(
        ' ',
      ),
      ...'count only-matching files-with-matches files-without-match quiet silent no-messages'.split(' '),
      ...'line-number no-filename with-filename recursive text'.split(' '),
    ],
    longOptional: ['color', 'colour'],
    longValued: [
      ...'regexp max-count after-context before-context context'.split(' '),
      ...'include exclude exclude-dir'.split(' '),
    ],
    number: true,
  });
  if ('refused' in read) return read;
  const pattern = read.options.has('e') || read.options.has('regexp');
  const paths = (pattern ? read.operands : read.operands.slice(1)).filter(o => o !== '-');
  if (read.options.has('r') || read.options.has('recursive')) {
    return { reads: paths.length > 0 ? paths : ['.'], how: 'tree' };
  }
  return { reads: paths };
}

function rg(args: readonly string[]): Use {
  const read = readArguments('rg', args, {
    flags: 'ivwxclnNHISFPUosq0',
    valued: 'egtTmABCM',
    long: [
      ...'ignore-case case-sensitive smart-case fixed-strings word-regexp line-regexp count'.split(' '),
      ...'count-matches files-with-matches files-without-match line-number no-line-number'.split(' '),
      ...'with-filename no-filename only-matching multiline files heading no-heading json stats'.split(' '),
      ...'invert-match trim quiet column pcre2 vimgrep no-config no-messages'.split(' '),
    ],
    longValued: [
      ...'regexp glob iglob type type-not max-count after-context before-context context'.split(' '),
      ...'max-depth max-columns max-filesize sort sortr color'.split(' '),
    ],
  });
  if ('refused' in read) return read;
  const { options, operands } = read;
  const pattern = ['e', 'regexp', 'files'].some(o => options.has(o));
  const paths = (pattern ? operands : operands.slice(1)).filter(o => o !== '-');
  // A glob that includes can bring back files which rg leaves out (`-g .env`).
  if (['g', 'glob', 'iglob'].some(o => options.has(o))) {
    return { reads: paths.length > 0 ? paths : ['.'], how: 'tree' };
  }
  return { reads: paths.length > 0 ? paths : ['.'], how: 'visible' };
}

const findTests = new Set(
  '-empty -print -print0 -prune -depth -xdev -mount -readable -writable -executable -true -false -daystart -not -a -o -and -or ! ( )'.split(
    ' ',
  ),
);
const findValued = new Set(
  '-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -user -group -perm -links'.split(
    ' ',
  ),
);

function find(args: readonly string[]): Use {
  const reads: string[] = [];
  let i = 0;
  while (['-H', '-P'].includes(args[i] ?? '')) i++;
  for (; i < args.length && !/^[-(!,]/.test(args[i]!); i++) reads.push(args[i]!);
  for (; i < args.length; i++) {
    const word = args[i]!;
    if (findTests.has(word)) continue;
    if (findValued.has(word) && args[i + 1] !== undefined) i++;
    else if (word === '-newer' && args[i + 1] !== undefined) reads.push(args[++i]!);
    else return { refused: `\`find\` has \`${word}\`, which is not on the list of tests that only look.` };
  }
  return { reads: reads.length > 0 ? reads : ['.'] };
}

/** Only the printing of line ranges: sed's language can write files and run commands. */
function sed(args: readonly string[]): Use {
  const [option, script, ...files] = args;
  const address = '(?:\\d+|\\$)';
  const prints = new RegExp(`^${address}(?:,${address})?p(?:;${address}(?:,${address})?p)*$`);
  if (option === '-n' && script !== undefined && prints.test(script) && files.every(f => !f.startsWith('-')))
    return { reads: files };
  return { refused: '`sed` is harmless only as `sed -n` with line ranges, such as `sed -n 1,80p FILE`.' };
}
