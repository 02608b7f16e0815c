/**
 * The programs that only look, each with its harmless options and what its operands are. Options are those that mean
 * the same to GNU and BSD versions, or do no harm in either. Not on the list, on purpose: [ (a file pattern), less and more (input filters), env and printenv (keys), xargs, npm (a workspace's
 * .npmrc says where it writes its logs), and cargo, rustc, go (a workspace's file chooses the toolchain).
 */
import { quoted } from '../rules/words.ts';
import { date, lookUp, printf, seq, test } from './builtins.ts';
import { git } from './git.ts';
import { jq } from './jq.ts';
import { awk, sed } from './languages.ts';
import { type OptionList, readArguments } from './options.ts';
import { find, grep, rg } from './searches.ts';
import type { Use } from './use.ts';

interface ProgramRule extends OptionList {
  /** What the operands are; `here`: paths, and the current directory when there are none. */
  operands: 'paths' | 'here' | 'text' | 'none';
  /** What follows would be written to. */
  most?: number;
  /** What each operand must look like. */
  like?: RegExp;
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
  tree: {
    flags: 'adfhis',
    valued: 'LIP',
    long: ['noreport', 'dirsfirst'],
    operands: 'here',
    behind: 'option',
    apart: true,
  },
  md5sum: { flags: 'b', operands: 'paths' },
  sha1sum: { flags: 'b', operands: 'paths' },
  sha256sum: { flags: 'b', operands: 'paths' },
  sha512sum: { flags: 'b', operands: 'paths' },
  cksum: { operands: 'paths' },
  od: { flags: 'abcdfiosvx', valued: 'AjNt', operands: 'paths' },
  hexdump: { flags: 'bcCdovx', valued: 'ns', operands: 'paths' },
  xxd: { flags: 'abipu', valued: 'cgls', operands: 'paths', most: 1, behind: 'unknown', apart: true },
  base64: {
    flags: 'd',
    valued: 'w',
    long: ['decode'],
    longValued: ['wrap'],
    operands: 'paths',
    most: 1,
  },
  column: { flags: 'tx', valued: 'cs', operands: 'paths' },
  realpath: { flags: 'emqsz', longValued: ['relative-to'], operands: 'paths' },
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
  sleep: { operands: 'text', like: /^\d{1,3}(?:\.\d{1,6})?$/ },
  which: { flags: 'a', operands: 'text' },
  type: { flags: 'aPpt', operands: 'text', like: /^[\w.+-]+$/ },
};

/** Command lines that are harmless exactly as they stand. */
const exact = new Set([
  'node --version',
  'node -v',
  'python --version',
  'python3 --version',
  'git --version',
  'rg --version',
  'jq --version',
  'gcc --version',
  'make --version',
  'cmake --version',
  'bash --version',
  'hostname',
  'uptime',
]);

/** Programs whose formats have widths. */
const pads = new Set(['date', 'stat', 'find', 'ls', 'git']);
/** A width or a precision; `I` is a flag. */
const WIDE = /%[^A-HJ-Za-z%]*\d{4}/;

/** Programs with a grammar of their own. */
const special: Record<string, (args: readonly string[]) => Use> = {
  grep,
  rg,
  find,
  sed,
  awk,
  git,
  jq,
  command: lookUp,
  date,
  printf,
  seq,
  test,
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
  if (pads.has(program) && args.some(word => WIDE.test(word)))
    return { refused: `\`${program}\` would pad what it prints until the disk is full.` };
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
    return { refused: `${quoted(program, 60)} takes no ${quoted(read.operands[0] ?? '', 60)} here.` };
  if (program === 'nl' && /\d{4}/.test(read.options.get('w') ?? ''))
    return { refused: '`nl` would pad what it prints until the disk is full.' };
  if (rule.like && !read.operands.every(o => rule.like!.test(o)))
    return { refused: `\`${program}\` is harmless only with short plain operands.` };
  if (rule.most !== undefined && read.operands.length > rule.most)
    return { refused: `\`${program}\` would write to its second file.` };
  if (rule.operands === 'text' || rule.operands === 'none') return { reads: [] };
  // `-` too: to some it is what feeds them, to others (hexdump, rev, column) a file of that name.
  const reads = read.operands;
  if (program === 'diff') return { reads, how: 'file' };
  return { reads: rule.operands === 'here' && reads.length === 0 ? ['.'] : reads };
}
