/** Runs the tests, reads what fails, mends it, and runs them again: the main job, on any small project it can read. */
import type { Conversation } from '../conversation.ts';
import { type Repair, repairsFor } from '../repairs.ts';
import {
  exitCode,
  fileText,
  firstLine,
  isTestFile,
  latest,
  paths,
  wasDenied,
  wasWritten,
} from '../results.ts';
import { act, answer, editFile, plan, type Reply, readFile, runCommand, type Scenario } from '../script.ts';
import { importsIn, resolveImport } from '../source.ts';
import { readTestRun, type TestFailure } from '../testOutput.ts';
import { type Attempt, progressOf } from './attempts.ts';

const ITEMS = [
  'Find out how the tests are run',
  'Run them and read the failure',
  'Find the cause',
  'Fix it',
  'Run the tests again',
];
const MOST_ATTEMPTS = 8;
const SOURCES = ['*.js', '*.mjs', '*.cjs', '*.ts', '*.jsx', '*.tsx', '!node_modules/**'];

export const fixFailingTest: Scenario = {
  name: 'fix-failing-test',
  about: '“Make the failing test pass”: runs the tests, finds the cause, edits, runs them again',
  matches: text => /\btests?\b/i.test(text) && /\b(fail\w*|broken|red|pass(es)?|green)\b/i.test(text),
  next(conversation) {
    const found = latest(conversation, 'find_files');
    if (!found) return look();
    const files = paths(found.result);
    const run = latest(conversation, 'run_command');
    const command = testCommand(conversation, files, run?.result);
    if (!command)
      return answer(
        'There is no test script in a package.json and no test file. Nothing to run.',
        'I found neither a `test` script in package.json nor a test file, so there is no failing test to fix.',
      );
    const last = conversation.done.findLast(call => call.name === 'run_command' || call.name === 'edit_file');
    if (!run || (run.result.includes('not found') && run.arguments.command !== command))
      return act(
        `The tests are run with \`${command}\`. I want to see the failure itself before I read any code.`,
        plan(ITEMS, 1),
        runCommand({ command }),
      );
    if (wasDenied(last?.result ?? '')) return denied(last!.name, last!.result!);
    if (last?.name === 'edit_file' && last.result !== undefined) {
      if (wasWritten(last.result))
        return act(
          'The edit is in. Only the tests can say whether it is right.',
          plan(ITEMS, 4),
          runCommand({ command }),
        );
      const refusals = conversation.done.filter(
        ({ name, result }) => name === 'edit_file' && result !== undefined && !wasWritten(result),
      );
      if (refusals.length > 1)
        return answer(
          'The edit was refused again. I do not try to force it.',
          `I could not change \`${last.arguments.path}\`: ${firstLine(last.result)}`,
        );
      if (conversation.done.at(-1) === last)
        return act(
          `The edit was refused: ${firstLine(last.result)} I read the file as it is now.`,
          readFile({ path: String(last.arguments.path) }),
        );
    }
    return afterRun(conversation, files, command, run.result);
  },
};

const look = (): Reply =>
  act(
    'A test fails and should pass. I do not know this project yet. What I need first: how the tests are run, which files there are, and which tests exist. Three looks that do not depend on each other, so they go out together, with a plan.',
    plan(ITEMS, 0),
    readFile({ path: 'package.json' }),
    { name: 'find_files', arguments: { globs: SOURCES } },
    {
      name: 'search_text',
      arguments: { pattern: '\\b(test|it)\\(', globs: ['*test*', 'test/**', 'tests/**'] },
    },
  );

function testCommand(
  conversation: Conversation,
  files: readonly string[],
  lastResult = '',
): string | undefined {
  const script = fileText(conversation, 'package.json')?.match(/"test"\s*:\s*"((?:[^"\\]|\\.)+)"/)?.[1];
  if (script && !/no test specified/.test(script))
    return /npm: (command )?not found/.test(lastResult) ? script : 'npm test';
  return files.some(isTestFile) ? 'node --test' : undefined;
}

function afterRun(
  conversation: Conversation,
  files: readonly string[],
  command: string,
  output: string,
): Reply {
  const { passed, failed, failures } = readTestRun(output);
  const progress = progressOf(conversation);
  if (exitCode(output) === 0) {
    if (!progress.kept.length)
      return answer(
        'All of them pass, and I have changed nothing.',
        `Nothing fails: \`${command}\` ends with exit code 0${passed ? `, ${passed} tests pass` : ''}. I changed nothing.`,
      );
    const finished = conversation.done.at(-1)?.name === 'update_plan';
    if (!finished && conversation.tools.has('update_plan'))
      return act('Everything passes. The plan is done.', plan(ITEMS, ITEMS.length));
    return success(progress.kept, command, passed, progress.failures);
  }
  const goal = failures.find(({ name }) => name === progress.goal) ?? failures[0];
  if (!goal)
    return answer(
      `The command ended with ${exitCode(output) ?? 'no exit code'}, but I find no failing test in its output.`,
      `\`${command}\` did not succeed, and I cannot tell a failing test from its output. The last lines:`,
      `\`\`\`\n${output.trim().split('\n').slice(-12).join('\n')}\n\`\`\``,
    );
  return investigate(conversation, files, goal, failed ?? failures.length, progress.tried, progress.pending);
}

function investigate(
  conversation: Conversation,
  files: readonly string[],
  goal: TestFailure,
  failed: number,
  tried: readonly Attempt[],
  pending: Attempt | undefined,
): Reply {
  const printed = goal.file?.replaceAll('\\', '/') ?? '';
  const testPath = files.find(file => printed === file || printed.endsWith(`/${file}`));
  const { texts } = progressOf(conversation);
  if (!testPath)
    return answer(
      'The failure names no file of this workspace.',
      `**${goal.name}** fails (${goal.message}), but its output does not say where. A script cannot go on from here.`,
    );
  const testText = texts.get(testPath);
  const reads = conversation.done.filter(call => call.name === 'read_file').map(call => call.arguments.path);
  if (testText === undefined && !reads.includes(testPath))
    return act(
      `${failed === 1 ? 'One test fails' : `${failed} tests fail`}: “${goal.name}”${goal.message ? `, and it says: ${goal.message}` : ''}. It stands at ${testPath}${goal.line ? `:${goal.line}` : ''}. First I read what the test expects.`,
      plan(ITEMS, 2),
      readFile({ path: testPath }),
    );
  const suspects = suspectsOf(testText ?? '', testPath, goal);
  const unread = suspects.filter(({ path }) => !reads.includes(path));
  if (unread.length)
    return act(
      `The test calls ${suspects.flatMap(({ names }) => names.map(name => `${name}()`)).join(', ')}. I read where that comes from, and look for its other callers in the same breath: a fix must not break them.`,
      ...unread.map(({ path }) => readFile({ path })),
      {
        name: 'search_text',
        arguments: { pattern: `\\b(${unread.flatMap(({ names }) => names).join('|')})\\(` },
      },
    );
  return attempt(suspects, texts, goal, tried, pending);
}

interface Suspect {
  path: string;
  names: string[];
}

/** Modules that the failing test calls into, with the functions it calls. */
function suspectsOf(testText: string, testPath: string, goal: TestFailure): Suspect[] {
  const start = testText.split(goal.name)[1] ?? testText;
  const block = start.split(/^\s*(?:test|it)\(/m, 1)[0]!;
  const modules = importsIn(testText).map(({ names, from }) => ({
    path: resolveImport(testPath, from),
    names,
  }));
  const called = modules
    .map(({ path, names }) => ({
      path,
      names: names.filter(name => new RegExp(`\\b${name}\\b`).test(block)),
    }))
    .filter(({ names }) => names.length);
  return called.length ? called : modules;
}

function attempt(
  suspects: readonly Suspect[],
  texts: ReadonlyMap<string, string>,
  goal: TestFailure,
  tried: readonly Attempt[],
  pending: Attempt | undefined,
): Reply {
  const base = (path: string) => {
    const text = texts.get(path) ?? '';
    return pending?.path === path ? text.replace(pending.newText, () => pending.oldText) : text;
  };
  const candidates = suspects.flatMap(({ path, names }) =>
    repairsFor(base(path), names).map((repair): Repair & { path: string } => ({ ...repair, path })),
  );
  const next = candidates.find(
    candidate => !tried.some(({ path, newText }) => path === candidate.path && newText === candidate.newText),
  );
  const undo = pending ? [{ old_text: pending.newText, new_text: pending.oldText }] : [];
  if (!next || tried.length >= MOST_ATTEMPTS) {
    if (pending)
      return act(
        'That did not help either, and I have no further idea that I could test. I take my last edit back.',
        editFile({ path: pending.path, edits: undo }),
      );
    return answer(
      'None of the repairs I know fits. I am a script: better to say so than to guess on.',
      `I could not fix **${goal.name}**. ${tried.length ? `I tried ${tried.length} small repairs in ${suspects.map(({ path }) => `\`${path}\``).join(', ')}; none made it pass, and all are taken back.` : `I know no repair for the code in ${suspects.map(({ path }) => `\`${path}\``).join(', ') || 'the modules it tests'}.`}`,
      `The failure: ${goal.message || 'see the output above'}. This is a script without a model; connect a backend for a real attempt.`,
    );
  }
  const change = { old_text: next.oldText, new_text: next.newText };
  const calls =
    pending && pending.path !== next.path
      ? [editFile({ path: pending.path, edits: undo }), editFile({ path: next.path, edits: [change] })]
      : [editFile({ path: next.path, edits: [...undo, change] })];
  const thought = pending
    ? `The test still fails, so that was not it; I take it back. Next idea, in ${next.path}: ${next.cause}.`
    : `I compare the code with what the test asks for (${goal.message || goal.name}). In ${next.path} ${next.cause}. That explains it. The repair is small: ${next.remedy}. The test stays as it is; it is right.`;
  return act(thought, plan(ITEMS, 3), ...calls);
}

function denied(tool: string, result: string): Reply {
  const what = tool === 'edit_file' ? 'The edit was not allowed' : 'Running the tests was not allowed';
  return answer(
    `${what}. That is the person's decision; I do not look for a way around it.`,
    `${what}, so I stop here. ${tool === 'edit_file' ? 'The code is as it was.' : 'Without running the tests I cannot know what fails, and I would only be guessing.'}`,
    `What I was told: ${firstLine(result)}`,
  );
}

function success(
  kept: readonly Attempt[],
  command: string,
  passed: number | undefined,
  before: readonly string[],
): Reply {
  return answer(
    `The run ends with exit code 0. Before, ${before.length === 1 ? 'one test' : `${before.length} tests`} failed. I sum up what was wrong, what I changed, and what shows it.`,
    `**${before.length === 1 ? `“${before[0]}” passes now.` : `All ${before.length} failing tests pass now.`}**`,
    [
      ...kept.flatMap(({ path, cause, remedy }) => [
        `- **What was wrong:** in \`${path}\`, ${cause}.`,
        `- **What I changed:** ${remedy}.`,
      ]),
      `- **Evidence:** \`${command}\` ends with exit code 0${passed ? `: ${passed} tests pass, 0 fail` : ''}. No test was changed.`,
    ].join('\n'),
  );
}
