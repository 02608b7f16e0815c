/** Programs that search: grep, ripgrep, find. What they reach goes beyond the paths that are written. */
import { readArguments } from './options.ts';
import type { TreeFilter, Use } from './use.ts';

export function grep(args: readonly string[]): Use {
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
    behind: 'option',
  });
  if ('refused' in read) return read;
  const pattern = read.options.has('e') || read.options.has('regexp');
  const paths = pattern ? read.operands : read.operands.slice(1);
  if (read.options.has('r') || read.options.has('recursive')) {
    if (read.options.has('a') || read.options.has('text'))
      return { refused: '`grep` would print what is no text, such as the objects of a repository.' };
    return { reads: paths.length > 0 ? paths : ['.'], how: 'tree', only: filterOf(read.all) };
  }
  return { reads: paths };
}

/** Only where the names are plain: what a pattern matches is grep's to say. */
function filterOf(all: (option: string) => string[]): TreeFilter {
  const includes = all('include');
  // With `--exclude` before it, `--include` leaves out nothing.
  const isPlain = includes.length > 0 && all('exclude').length === 0;
  const endings = includes.map(glob => /^\*(\.\w+)$/.exec(glob)?.[1]);
  const known = endings.filter(ending => ending !== undefined);
  return {
    without: all('exclude-dir').filter(name => /^[\w.@-]+$/.test(name) && !/^\.+$/.test(name)),
    ...(isPlain && known.length === endings.length ? { endings: known } : {}),
  };
}

/**
 * A glob that includes brings back files which rg leaves out by itself (`-g .env`). One that excludes does not, nor
 * does one for the endings of code, in which no secret's name ends. (Not php: `.env.local.php` is made from `.env`.)
 */
const excludes = (glob: string) => /^!./.test(glob) || OF_CODE.test(glob);
const CODE = '(?:[cm]?[jt]sx?|py|rb|rs|go|java|kt|swift|c|h|cc|cpp|hpp|cs|html|s?css|less|vue|svelte|md)';
const OF_CODE = new RegExp(
  String.raw`^(?:(?:[\w@-][\w.@-]*|\*\*)/)*\*\.(?:${CODE}|\{${CODE}(?:,${CODE})*\})$`,
);

export function rg(args: readonly string[]): Use {
  const read = readArguments('rg', args, {
    flags: 'ivwxclnNHISFPUosq0',
    valued: 'egtTmABCM',
    long: [
      ...'ignore-case case-sensitive smart-case fixed-strings word-regexp line-regexp count'.split(' '),
      ...'count-matches files-with-matches files-without-match line-number no-line-number'.split(' '),
      ...'with-filename no-filename only-matching multiline files heading no-heading json stats'.split(' '),
      ...'invert-match trim quiet column pcre2 vimgrep no-messages'.split(' '),
    ],
    longValued: [
      ...'regexp glob iglob type type-not max-count after-context before-context context'.split(' '),
      ...'max-depth max-columns max-filesize sort sortr color'.split(' '),
    ],
    behind: 'option',
  });
  if ('refused' in read) return read;
  const { options, operands } = read;
  const globs = ['g', 'glob', 'iglob'].flatMap(o => read.all(o));
  const pattern = ['e', 'regexp', 'files'].some(o => options.has(o));
  const paths = pattern ? operands : operands.slice(1);
  if (globs.some(glob => !excludes(glob))) {
    return { reads: paths.length > 0 ? paths : ['.'], how: 'tree' };
  }
  const unlessFed = paths.length === 0 && !options.has('files');
  return { reads: paths.length > 0 ? paths : ['.'], how: 'visible', hardened: true, unlessFed };
}

const findTests = new Set(
  '-empty -print -print0 -ls -prune -depth -xdev -mount -readable -writable -executable -true -false -daystart -not -a -o -and -or ! ( )'.split(
    ' ',
  ),
);
const findValued = new Set(
  '-name -iname -printf -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -user -group -perm -links'.split(
    ' ',
  ),
);

export function find(args: readonly string[]): Use {
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
