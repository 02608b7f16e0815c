/** Reads the uncommitted changes and reports what can be seen in them without understanding them. */
import { exitCode, isTestFile, latest, wasDenied } from '../results.ts';
import { act, answer, runCommand, type Scenario } from '../script.ts';

export const reviewChanges: Scenario = {
  name: 'review',
  about: '“Review my changes”: reads git diff and reports what it finds',
  matches: text => /\breview\b/i.test(text),
  next(conversation) {
    const diff = latest(conversation, 'run_command', call =>
      /^git diff/.test(String(call.arguments.command)),
    );
    const status = latest(conversation, 'run_command', call =>
      /^git status/.test(String(call.arguments.command)),
    );
    if (!diff || !status)
      return act(
        'A review starts from what changed: the state of the working tree, and the difference to the last commit.',
        runCommand({ command: 'git status --short' }),
        runCommand({ command: 'git diff HEAD' }),
      );
    if (wasDenied(diff.result) || wasDenied(status.result))
      return answer(
        'The commands were not allowed.',
        'I was not allowed to run git, so I cannot see the changes.',
      );
    if (/not a git repository/i.test(diff.result))
      return answer(
        'git says that this is no repository.',
        'This folder is not a git repository, so there are no changes to compare. `git init` and a first commit would make reviews possible.',
      );
    if (exitCode(diff.result))
      return answer(
        'git diff failed; without it there is no review.',
        `\`git diff HEAD\` failed:\n\n\`\`\`\n${diff.result.trim().slice(-600)}\n\`\`\``,
      );
    const fresh = [...status.result.matchAll(/^\?\? (\S+)/gm)].map(match => match[1]!);
    return report(changesIn(diff.result), fresh);
  },
};

interface Change {
  path: string;
  added: { line: number; text: string }[];
  removed: number;
}

function report(changes: readonly Change[], fresh: readonly string[]) {
  if (!changes.length && !fresh.length)
    return answer('Both outputs are empty.', 'There are no uncommitted changes. Nothing to review.');
  const findings = changes.flatMap(findingsIn);
  const sources = changes.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path) && !isTestFile(path));
  if (sources.length && !changes.some(({ path }) => isTestFile(path)) && !fresh.some(isTestFile))
    findings.push(
      `${sources.map(({ path }) => `\`${path}\``).join(', ')}: changed without a change in any test.`,
    );
  const lines = (list: readonly Change[]) => list.reduce((sum, { added }) => sum + added.length, 0);
  const removed = changes.reduce((sum, change) => sum + change.removed, 0);
  return answer(
    `${plural(changes.length, 'changed file')} and ${fresh.length} new. I go through the added lines one by one and look for what should not be committed. Whether the logic is right I cannot judge; I will say so.`,
    `**${plural(changes.length, 'changed file')}**, ${plural(lines(changes), 'line')} added, ${removed} removed${fresh.length ? `; new: ${fresh.map(path => `\`${path}\``).join(', ')}` : ''}.`,
    changes.map(({ path, added, removed: gone }) => `- \`${path}\` +${added.length} -${gone}`).join('\n'),
    findings.length
      ? `**Findings**\n\n${findings.map((finding, index) => `${index + 1}. ${finding}`).join('\n')}`
      : '**Findings**: none of the things I look for (leftover debugging, skipped tests, conflict markers, keys, notes to do, changes without tests).',
    'This was a script: it reports what can be seen in the text. Whether the change is right needs a model or a person.',
  );
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const SIGNS: readonly [RegExp, string][] = [
  [/^(<{7}|>{7}|={7}( |$))/, 'a conflict marker'],
  [
    /(api[_-]?key|secret|password|token)\s*[:=]\s*['"][^'"]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY/i,
    'something that looks like a key',
  ],
  [/\b(describe|test|it)\.only\(/, 'a test marked `only`: the others no longer run'],
  [/\b(describe|test|it)\.skip\(/, 'a skipped test'],
  [/\bdebugger\b|\bconsole\.(log|debug)\(/, 'leftover debugging'],
  [/catch\s*(\(\w*\))?\s*\{\s*\}/, 'an error that is swallowed'],
  [/[^=!]==[^=]/, 'a loose comparison (`==`)'],
  [/\b(TODO|FIXME|XXX)\b/, 'a note that something is unfinished'],
];

const findingsIn = ({ path, added }: Change): string[] =>
  SIGNS.flatMap(([sign, what]) =>
    added
      .filter(({ text }) => sign.test(text))
      .map(({ line, text }) => `\`${path}:${line}\`: ${what}: \`${text.trim().slice(0, 80)}\``),
  );

function changesIn(diff: string): Change[] {
  const changes: Change[] = [];
  let line = 0;
  for (const row of diff.split('\n')) {
    const current = changes.at(-1);
    const file = row.match(/^\+\+\+ (?:b\/)?(.+)$/);
    const hunk = row.match(/^@@ -\d+(?:,\d+)? \+(\d+)/);
    if (row.startsWith('--- ')) continue;
    if (file)
      changes.push({ path: file[1] === '/dev/null' ? 'a deleted file' : file[1]!, added: [], removed: 0 });
    else if (hunk) line = Number(hunk[1]);
    else if (row.startsWith('+') && current) current.added.push({ line: line++, text: row.slice(1) });
    else if (row.startsWith('-') && current) current.removed++;
    else if (row.startsWith(' ')) line++;
  }
  return changes;
}
