import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { withoutAttachments } from '../../src/standin/results.ts';
import { scenarioFor } from '../../src/standin/scenarios/catalog.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { drive, type Turn } from './client.ts';
import { emptyFolder, realTools, sampleCopy } from './workspace.ts';

// Real test runs of a real node, several in a row.
vi.setConfig({ testTimeout: 120_000 });

const standin = () => createStandin({ tokensPerSecond: 0, profile: 'moonshot' });
const names = (turn: Turn) => turn.calls.map(call => call.name);
const read = (root: string, name: string) => readFileSync(path.join(root, name), 'utf8');

describe('fix failing test', () => {
  it.each(['make the failing test pass', 'Make the failing tests pass. Find out how the tests are run.'])(
    '%s: mends the sample for real',
    async task => {
      const root = sampleCopy();
      const tests = read(root, 'test/money.test.js');
      const turn = await drive(standin(), task, realTools(root));
      expect(turn.calls.filter(call => call.step === 1).length).toBeGreaterThan(2);
      const runs = turn.calls.filter(call => call.name === 'run_command');
      expect(runs.map(call => call.arguments.command)).toEqual(['npm test', 'npm test']);
      expect(runs[0]!.result).toContain('exit code 1');
      expect(runs[1]!.result).toContain('exit code 0');
      expect(read(root, 'src/money.js')).toContain('remainder');
      expect(read(root, 'test/money.test.js')).toBe(tests);
      expect(turn.answer).toMatch(/shares add up.*passes now/);
      expect(turn.answer).toContain('exit code 0: 8 tests pass');
    },
  );

  it('finds an off-by-one in a project it has never seen, and takes back what did not help', async () => {
    const root = emptyFolder();
    writeTree(
      root,
      new Map([
        ['package.json', '{"type": "module", "scripts": {"test": "node --test"}}'],
        [
          'src/range.js',
          'export function range(from, to) {\n  const list = [];\n  for (let n = from; n < to; n++) list.push(n);\n  return list;\n}\n\nexport function size(from, to) {\n  const low = Math.min(from, to);\n  return to - low - 1;\n}\n',
        ],
        [
          'test/range.test.js',
          "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { range, size } from '../src/range.js';\n\ntest('range includes its end', () => {\n  assert.deepEqual(range(1, 3), [1, 2, 3]);\n});\n\ntest('size counts the gap', () => {\n  assert.equal(size(2, 5), 3);\n});\n",
        ],
      ]),
    );
    const turn = await drive(standin(), 'two tests fail, fix them', realTools(root));
    expect(read(root, 'src/range.js')).toContain('n <= to');
    expect(read(root, 'src/range.js')).toContain('return to - low;');
    expect(turn.answer).toContain('All 2 failing tests pass now');
  });

  it('gives up honestly and leaves the code as it was', async () => {
    const root = emptyFolder();
    const source = 'export function answer() {\n  return 41;\n}\n';
    writeTree(
      root,
      new Map([
        ['answer.js', source],
        [
          'answer.test.js',
          "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { answer } from './answer.js';\n\ntest('knows', () => assert.equal(answer(), 42));\n",
        ],
        ['package.json', '{"type": "module"}'],
      ]),
    );
    const turn = await drive(standin(), 'make the failing test pass', realTools(root));
    expect(turn.calls.find(call => call.name === 'run_command')!.arguments.command).toBe('node --test');
    expect(turn.answer).toContain('could not fix');
    expect(read(root, 'answer.js')).toBe(source);
  });

  it('stops when it may not run the tests', async () => {
    const tools = {
      ...realTools(sampleCopy()),
      run_command: () => 'The person did not allow this. Nothing was done. They said: not now',
    };
    const turn = await drive(standin(), 'make the failing test pass', tools);
    expect(turn.answer).toContain('not allowed');
    expect(turn.answer).toContain('not now');
    expect(names(turn)).not.toContain('edit_file');
  });

  it('stops when it may not edit', async () => {
    const root = sampleCopy();
    const before = read(root, 'src/money.js');
    const tools = { ...realTools(root), edit_file: () => 'The person did not allow this. Nothing was done.' };
    const turn = await drive(standin(), 'make the failing test pass', tools);
    expect(turn.answer).toContain('The edit was not allowed');
    expect(read(root, 'src/money.js')).toBe(before);
  });

  it('reads a file again that changed under its hands, and goes on', async () => {
    const root = sampleCopy();
    const { edit_file: edit, ...others } = realTools(root);
    let refusals = 0;
    const turn = await drive(standin(), 'make the failing test pass', {
      ...others,
      edit_file: args =>
        refusals++ === 0
          ? 'src/money.js changed since you read it. Read it again with read_file.'
          : edit!(args),
    });
    const reads = turn.calls.filter(call => call.arguments.path === 'src/money.js');
    expect(reads.map(call => call.name)).toEqual(['read_file', 'edit_file', 'read_file', 'edit_file']);
    expect(turn.answer).toContain('passes now');
  });

  it('says so when nothing fails', async () => {
    const root = sampleCopy();
    rmSync(path.join(root, 'test/money.test.js'));
    const turn = await drive(standin(), 'make the failing test pass', realTools(root));
    expect(turn.answer).toContain('Nothing fails');
    expect(names(turn)).not.toContain('edit_file');
  });
});

describe('the other scenarios, on the sample', () => {
  it('explains the workspace from what its files say', async () => {
    const turn = await drive(standin(), 'Explain this workspace: what it is for', realTools(sampleCopy()));
    expect(turn.answer).toContain('**tally**');
    expect(turn.answer).toContain('`formatCents`');
    expect(turn.answer).toContain('Days as `YYYY-MM-DD`');
    expect(names(turn)).not.toContain('edit_file');
  });

  it('explains a selection', async () => {
    const task =
      'Explain the attached code.\n\nFile src/money.js, line 43-46:\n\n```javascript\nexport function split(cents, ways) {\n```';
    const turn = await drive(standin(), task, realTools(sampleCopy()));
    expect(turn.answer).toContain('Splits an amount into shares');
    expect(turn.answer).not.toContain('formatCents(');
    expect(turn.answer).toContain('`src/invoice.js`');
  });

  it('reviews real changes', async () => {
    const root = sampleCopy();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], { cwd: root });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    writeFileSync(path.join(root, 'src/dates.js'), `${read(root, 'src/dates.js')}console.log('here');\n`);
    const line = read(root, 'src/dates.js').split('\n').length - 1;
    const turn = await drive(
      standin(),
      'Review my uncommitted changes (git diff and new files).',
      realTools(root),
    );
    expect(turn.answer).toContain(`\`src/dates.js:${line}\`: leftover debugging`);
    expect(turn.answer).toContain('changed without a change in any test');
  });

  it('says that a folder without git cannot be reviewed', async () => {
    const turn = await drive(standin(), 'review my changes', {
      ...realTools(sampleCopy()),
      run_command: () => 'fatal: not a git repository\n[exit code 128]',
    });
    expect(turn.answer).toContain('not a git repository');
  });

  it.each([
    ['a plain request', 'Fix the problem in src/statement.js'],
    [
      'an attached problem',
      "Fix the attached problem at its cause, and check that it is gone.\n\nFile src/statement.js, line 30:\n\n```javascript\n  if (daysLate > 0)\n```\n\nProblems:\n- line 30: error: Cannot find name 'dayLate'. Did you mean 'daysLate'? (ts)",
    ],
  ])('fixes the misspelt name: %s', async (_, task) => {
    const root = sampleCopy();
    const turn = await drive(standin(), task, realTools(root));
    expect(read(root, 'src/statement.js')).toMatch(/\$\{daysLate\} days overdue/);
    expect(turn.answer).toContain('Fixed in `src/statement.js`');
  });

  it.each([
    ['by name', 'Add tests for daysBetween'],
    [
      'for a selection',
      "Add tests for the attached code, in the style of the workspace's own tests, and run them.\n\nFile src/dates.js, line 30-32:\n\n```javascript\nexport function daysBetween(from, to) {\n```",
    ],
  ])('adds tests that run and pass: %s', async (_, task) => {
    const root = sampleCopy();
    const turn = await drive(standin(), task, realTools(root));
    expect(read(root, 'test/days-between.test.js')).toContain("daysBetween('2026-03-02', '2026-04-01'), 30");
    expect(turn.calls.at(-1)!.result).toContain('exit code 0');
    expect(turn.answer).toContain('3 tests pass');
  });

  it('plans, asks and reads what was chosen', async () => {
    const turn = await drive(standin(), 'Plan the next steps', realTools(sampleCopy()));
    expect(names(turn)).toContain('ask_user');
    expect(turn.answer).toContain('For **src/dates.js**');
  });
});

describe('long run', () => {
  it('makes 300 steps over a generated tree and counts them', async () => {
    const root = emptyFolder();
    const tree = generateTree(200);
    writeTree(root, tree);
    const tools = realTools(root);
    const turn = await drive(
      standin(),
      'long run, 300 steps',
      {
        ...tools,
        // A shell and a search over the tree for each of 75 rounds would be the machine's work, not the scenario's.
        run_command: ({ command }) => `${command.match(/"(.*)"/)[1]}\n[exit code 0]`,
        search_text: ({ pattern }) => `area-00/module-0000.js:3: ${pattern}`,
      },
      undefined,
      300,
    );
    expect(turn.steps).toBe(300);
    expect(turn.answer).toContain('75 reads');
    expect(turn.answer).toContain('74 edits in 74 files');
    expect(turn.answer).toContain('74 commands, 74 with exit code 0');
    const first = [...tree.keys()][0]!;
    expect(read(root, first)).toContain('revision = 1;');
  });

  it('generates the same tree for the same seed', () => {
    expect([...generateTree(30, 7)]).toEqual([...generateTree(30, 7)]);
    expect([...generateTree(30, 7)]).not.toEqual([...generateTree(30, 8)]);
    const sizes = [...generateTree(30, 7).values()].map(text => text.length);
    expect(Math.min(...sizes)).toBeGreaterThan(3_000);
    expect(Math.max(...sizes)).toBeLessThan(6_000);
  });
});

describe('anything else', () => {
  it('says that it is a script and how to connect a model', async () => {
    const turn = await drive(standin(), 'Write me a poem about the sea', {});
    expect(turn.steps).toBe(1);
    expect(turn.answer).toContain('a script, not a model');
    expect(turn.answer).toContain('Ascent: Select Backend');
    expect(turn.answer).toContain('ASCENT_BASE_URL');
  });

  const begun = [
    { role: 'user', content: 'Explain src/money.js' },
    {
      role: 'assistant',
      reasoning_content: 'I read it.',
      tool_calls: [
        {
          id: 'read_file:0',
          type: 'function',
          function: { name: 'read_file', arguments: '{"path":"src/money.js"}' },
        },
      ],
    },
  ];
  const result = (content: string) => ({ role: 'tool', tool_call_id: 'read_file:0', content });

  it('an interjection is heard, and the work goes on', async () => {
    const history = [...begun, result('1\texport function split(cents) {\n2\t}')];
    const turn = await drive(standin(), 'Also mention the sea.', {}, history);
    expect(turn.answer).toContain('You wrote: “Also mention the sea.”');
    expect(turn.answer).toContain('`split(cents)`');
  });

  it('"continue" after a stop repeats what was cut off; anything else starts anew', async () => {
    const stopped = [
      ...begun,
      result('Not finished: the person stopped the turn. Do not assume that it had any effect, or none.'),
    ];
    const again = await drive(standin(), 'Please continue', realTools(sampleCopy()), stopped);
    expect(names(again)).toContain('read_file');
    expect(again.answer).toContain('`formatCents(cents)`');
    const other = await drive(standin(), 'What time is it?', realTools(sampleCopy()), stopped);
    expect(other.answer).toContain('a script, not a model');
  });
});

describe('choosing', () => {
  it.each([
    [
      'Make the failing tests pass. Find out how the tests are run, run them, fix what is wrong in the code (not the tests, unless a test itself is wrong), and run them again.',
      'fix-failing-test',
    ],
    ['why does npm test fail?', 'fix-failing-test'],
    [
      'Explain this workspace: what it is for, how it is laid out, where it starts, and how to build, run and test it. Read what you need; change nothing.',
      'explain',
    ],
    [
      'Explain the attached code: what it does, why, and what to watch out for.\n\n<context label="a.js:1">\nFile a.js, line 1:\n\n```js\n// fix: the tests fail\n```\n</context>',
      'explain',
    ],
    [
      'Review my uncommitted changes (git diff and new files). Look for bugs, missing tests and unclear code, name file and line for each finding.',
      'review',
    ],
    ['Fix the attached problem at its cause, and check that it is gone.', 'fix-problem'],
    [
      "Add tests for the attached code, in the style of the workspace's own tests, and run them.",
      'add-tests',
    ],
    ['Long run, 300 steps', 'long-run'],
    ['Plan the next 3 steps', 'plan'],
    ['Find the riskiest code in this workspace and say why.', 'unknown'],
    ['', 'unknown'],
  ])('%s', (text, name) => {
    expect(scenarioFor(withoutAttachments(text)).name).toBe(name);
  });

  it('names what there is when a name is wrong', () => {
    expect(() => createStandin({ scenario: 'nothing' })).toThrow(/fix-failing-test, .*unknown/);
  });
});
