/** Turns the documented examples of a function into tests that run. */
import type { Conversation } from '../conversation.ts';
import {
  exitCode,
  filesIn,
  fileText,
  firstLine,
  isTestFile,
  latest,
  matches,
  paths,
  wasDenied,
  wasWritten,
} from '../results.ts';
import { act, answer, type Reply, readFile, runCommand, type Scenario, writeFile } from '../script.ts';
import { type FunctionInfo, functionsIn, importPath } from '../source.ts';
import { readTestRun } from '../testOutput.ts';

export const addTests: Scenario = {
  name: 'add-tests',
  about: '“Add tests for daysBetween”: writes and runs tests from a function’s documented examples',
  matches: text => /\b(add|write|create|generate)\b[^.]*\btests?\b/i.test(text),
  next(conversation) {
    const written = latest(conversation, 'write_file');
    if (written) return afterWriting(conversation, written.result, String(written.arguments.path));
    const found = latest(conversation, 'find_files');
    const [named] = filesIn(conversation.task).filter(({ path }) => !isTestFile(path));
    if (!found)
      return act(
        'Tests for which function, where is it, and what do the tests here look like? The files and the existing tests first.',
        { name: 'find_files', arguments: { globs: ['*.js', '*.mjs', '*.ts', '!node_modules/**'] } },
        { name: 'search_text', arguments: { pattern: '^export (async )?function \\w+' } },
        ...(named ? [readFile({ path: named.path })] : []),
      );
    const files = paths(found.result);
    const path = named?.path ?? fileDefining(conversation);
    if (!path)
      return answer(
        'I cannot tell which function is meant.',
        'Which function? Name it (“Add tests for daysBetween”), or select it and use **Add Tests**.',
      );
    const text = fileText(conversation, path);
    const style = files.find(file => isTestFile(file));
    if (
      text === undefined ||
      (style && !latest(conversation, 'read_file', call => call.arguments.path === style))
    ) {
      if (latest(conversation, 'read_file', call => call.arguments.path === path) && text === undefined)
        return answer(`${path} could not be read.`, `I could not read \`${path}\`.`);
      return act(
        `The function is in ${path}.${style ? ` ${style} shows how tests look here.` : ' There are no tests yet, so I choose node:test.'}`,
        ...(text === undefined ? [readFile({ path })] : []),
        ...(style ? [readFile({ path: style })] : []),
      );
    }
    return write(conversation, path, text, files);
  },
};

/** The function the task points at: by name, by line, else the first that the documentation gives examples for. */
function target({ task }: Conversation, path: string, text: string): FunctionInfo | undefined {
  const functions = functionsIn(text).filter(({ exported }) => exported);
  const line = filesIn(task).find(file => file.path === path)?.line;
  return (
    functions.find(({ name }) => new RegExp(`\\b${name}\\b`).test(task)) ??
    functions.find(({ firstLine: from, lastLine: to }) => line && from <= line && line <= to) ??
    functions.find(({ examples }) => examples.length)
  );
}

function fileDefining(conversation: Conversation): string | undefined {
  const exported = matches(latest(conversation, 'search_text')?.result).filter(
    ({ path }) => !isTestFile(path),
  );
  const name = ({ text }: { text: string }) => text.match(/function (\w+)/)?.[1] ?? '';
  return exported.find(match => new RegExp(`\\b${name(match)}\\b`).test(conversation.task))?.path;
}

function write(conversation: Conversation, path: string, text: string, files: readonly string[]): Reply {
  const info = target(conversation, path, text);
  if (!info?.examples.length)
    return answer(
      `${info ? `${info.name}()` : path} documents no examples. What a function should do is for its authors to say; I would only be writing down what it does.`,
      `I write tests from documented examples (\`@example call // result\`), and ${info ? `\`${info.name}\`` : `nothing in \`${path}\``} has none. Add one or two, or connect a backend.`,
    );
  const folder = files.find(isTestFile)?.match(/^(.*\/)?(?:tests?|__tests__)\//)?.[0] ?? 'test/';
  const name = info.name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
  const file = [`${folder}${name}.test.js`, `${folder}${name}.examples.test.js`].find(
    candidate => !files.includes(candidate),
  );
  if (!file)
    return answer(
      'The test files I would write exist already.',
      `\`${folder}${name}.test.js\` is there already; I do not overwrite tests.`,
    );
  return act(
    `${info.name}() documents ${info.examples.length} examples: calls with their results. That is what its authors promise, so that is what I test, one test for each, in a file of its own.`,
    writeFile({ path: file, content: testFile(info, importPath(file, path)) }),
  );
}

function testFile({ name, examples }: FunctionInfo, from: string): string {
  const tests = examples.map(
    ({ call, result }) =>
      `test(${quoted(`${call} is ${result}`)}, () => {\n  assert.deepEqual(${call}, ${result});\n});\n`,
  );
  return [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { ${name} } from '${from}';\n\n${tests.join('\n')}`,
  ].join('\n');
}

const quoted = (text: string) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

function afterWriting(conversation: Conversation, result: string, file: string): Reply {
  if (wasDenied(result))
    return answer('Writing the file was not allowed.', `\`${file}\` was not written, as you decided.`);
  if (!wasWritten(result))
    return answer('The file was not written.', `I could not write \`${file}\`: ${firstLine(result)}`);
  const run = latest(conversation, 'run_command');
  const command = `node --test ${file}`;
  if (!run)
    return act('Written. A test that never ran is worth nothing, so I run it.', runCommand({ command }));
  if (wasDenied(run.result))
    return answer(
      'Running the test was not allowed.',
      `I wrote \`${file}\`, but was not allowed to run it: whether it passes is open.`,
    );
  const { passed, failures } = readTestRun(run.result);
  if (exitCode(run.result) === 0)
    return answer(
      'All of them pass.',
      `I added **\`${file}\`**: one test for each documented example.`,
      `**Evidence:** \`${command}\` ends with exit code 0${passed ? `, ${passed} tests pass` : ''}.`,
    );
  return answer(
    'The documentation and the code disagree, or the file does not run. I report it and do not bend the test.',
    `I added \`${file}\`, and it does not pass: ${failures.map(({ name, message }) => `“${name}” (${message})`).join('; ') || firstLine(run.result)}.`,
    'Either the function or its documented example is wrong; I left both as they are.',
  );
}
