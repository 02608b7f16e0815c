/**
 * Small bugs and how to mend them: a few well-known idioms first, then single-operator changes. Which of them is right
 * is for the tests to say, so callers try one after the other.
 */
import { bodyOf, functionsIn } from './source.ts';

export interface Repair {
  /** What is wrong. */
  cause: string;
  /** What the repair does. */
  remedy: string;
  oldText: string;
  newText: string;
}

/** @param names the functions the failing test uses; where none of them is here, all functions count */
export function repairsFor(text: string, names: readonly string[] = []): Repair[] {
  const all = functionsIn(text);
  const chosen = all.filter(({ name }) => names.includes(name));
  const bodies = (chosen.length ? chosen : all).map(info => bodyOf(text, info));
  const found = (find: (body: string) => Repair[]) =>
    bodies.flatMap(body => find(body).flatMap(repair => widened(repair, text, text.indexOf(body)) ?? []));
  return [
    ...found(lostRemainder),
    ...found(body => lineRepairs(body, idioms)),
    ...found(body => lineRepairs(body, operators)),
  ];
}

/** `const share = Math.floor(total / ways)`, and the same share for everybody. */
function lostRemainder(body: string): Repair[] {
  const found = body.match(
    /^( *)const (\w+) = Math\.(?:floor|round|trunc)\((\w+) \/ (\w+)\);\n *return Array\.from\(\{ length: \4 \}, \(\) => \2\);/m,
  );
  if (!found) return [];
  const [oldText = '', indent, share, total, ways] = found;
  const repair = {
    cause: `every share is \`${total} / ${ways}\` rounded, and what the rounding leaves over goes to nobody`,
    remedy: `the remainder is handed out one by one, starting with the first share`,
    oldText,
    newText: [
      `${indent}const ${share} = Math.floor(${total} / ${ways});`,
      `${indent}const remainder = ${total} - ${share} * ${ways};`,
      `${indent}return Array.from({ length: ${ways} }, (_, index) => (index < remainder ? ${share} + 1 : ${share}));`,
    ].join('\n'),
  };
  return [repair];
}

interface Rule {
  from: RegExp;
  to: string;
  cause: string;
}

const idioms: readonly Rule[] = [
  {
    from: /\.sort\(\)/,
    to: '.sort((a, b) => a - b)',
    cause: 'sort() without a comparator compares numbers as text',
  },
  { from: /(?<![\].\w])(\w+)\.sort\(/, to: '[...$1].sort(', cause: 'sort() changes the array of the caller' },
  {
    from: /(?<![\].\w])(\w+)\.reverse\(/,
    to: '[...$1].reverse(',
    cause: 'reverse() changes the array of the caller',
  },
  { from: /\.get(UTC)?Month\(\)(?! \+ 1)/, to: '.get$1Month() + 1', cause: 'months count from 0' },
  { from: /\|\| (?=[\w'"[{])/, to: '?? ', cause: '|| also replaces 0 and the empty string' },
];

const operators: readonly Rule[] = [
  { from: / < /, to: ' <= ', cause: 'the boundary itself is left out' },
  { from: / <= /, to: ' < ', cause: 'the boundary itself is counted too' },
  { from: / > /, to: ' >= ', cause: 'the boundary itself is left out' },
  { from: / >= /, to: ' > ', cause: 'the boundary itself is counted too' },
  { from: / \+ 1\b/, to: '', cause: 'it counts one too many' },
  { from: / - 1\b/, to: '', cause: 'it counts one too few' },
  { from: / - /, to: ' + ', cause: 'the sign is the wrong way round' },
  { from: / \+ /, to: ' - ', cause: 'the sign is the wrong way round' },
  { from: / \* /, to: ' / ', cause: 'it multiplies where it should divide' },
  { from: / \/ /, to: ' * ', cause: 'it divides where it should multiply' },
  { from: / && /, to: ' || ', cause: 'both conditions are asked for where one is enough' },
  { from: / \|\| /, to: ' && ', cause: 'one condition is taken as enough where both are needed' },
  { from: / === /, to: ' !== ', cause: 'the comparison is the wrong way round' },
  { from: / !== /, to: ' === ', cause: 'the comparison is the wrong way round' },
];

function lineRepairs(body: string, rules: readonly Rule[]): Repair[] {
  const code = body.split('\n').filter(line => !/^\s*(\/\/|\*|\/\*|import )/.test(line));
  return rules.flatMap(({ from, to, cause }) =>
    code
      .filter(line => from.test(line))
      .map(line => ({
        cause,
        remedy: `the line now reads \`${line.replace(from, to).trim()}\``,
        oldText: line,
        newText: line.replace(from, to),
      })),
  );
}

/** With lines around it until its old text occurs once. */
function widened(repair: Repair, text: string, from: number): Repair | undefined {
  let { oldText, newText } = repair;
  let start = text.indexOf(oldText, from);
  while (text.indexOf(oldText) !== text.lastIndexOf(oldText)) {
    if (start === 0) return undefined;
    const before = text.lastIndexOf('\n', start - 2) + 1;
    const added = text.slice(before, start);
    [oldText, newText, start] = [added + oldText, added + newText, before];
  }
  return { ...repair, oldText, newText };
}
