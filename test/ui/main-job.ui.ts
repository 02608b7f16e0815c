/** The main job as a person does it: a task in the sidebar, approvals, a reload in mid-run, and tests that pass. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useWindow } from './harness/use-window.ts';

const window = useWindow();
const run = promisify(execFile);

const runTests = (folder: string) =>
  run('npm', ['test'], { cwd: folder }).then(
    () => 'pass',
    () => 'fail',
  );

test('the sample has a failing test', async () => {
  expect(await runTests(window().folder)).toBe('fail');
});

test('a task runs to its end through approvals and a reload', async () => {
  const { chat, page, reload } = window();
  await chat.open();
  await chat.frame.getByText('Stand-in backend: scripted, no model').first().waitFor();
  await chat.send('make the failing test pass');
  await chat.transcript.getByText('make the failing test pass').waitFor();

  // Nothing runs before it is allowed, and what was allowed once is asked again.
  await chat.approve('Run npm test', 'Allow once');
  await chat.row('Ran npm test').waitFor();

  // Reload while it thinks about the failure: the session comes back and goes on by itself.
  const before = await chat.rows();
  await reload();
  await chat.open();
  await chat.transcript.getByText('make the failing test pass').waitFor();
  await chat.row('Ran npm test').waitFor();
  const after = await chat.rows();
  expect(after.filter(words => words.startsWith('Ran'))).toEqual(
    before.filter(words => words.startsWith('Ran')),
  );

  // The edit is shown as a diff before it happens, in the chat and in the editor.
  const edit = chat.frame.getByRole('region', { name: /^Approval: Edit src\// });
  await edit.waitFor({ timeout: 60_000 });
  const diff = edit.getByRole('region', { name: /^Diff of src\// });
  await diff.waitFor();
  expect(await diff.getByRole('row').count()).toBeGreaterThan(1);
  await edit.getByRole('button', { name: 'Open diff' }).click();
  await page.locator('.editor-instance .monaco-diff-editor').first().waitFor();
  expect(await runTests(window().folder)).toBe('fail');
  await chat.approve(/^Approval: Edit src\//, 'Allow once');
  await chat.row(/^Edited src\//).waitFor();

  // A second reload, with a question on the screen: it is asked again, not lost and not answered.
  await chat.frame.getByRole('region', { name: 'Approval: Run npm test' }).waitFor({ timeout: 60_000 });
  await reload();
  await chat.open();
  await chat.approve('Run npm test', 'Allow once');
  await chat.finished.waitFor({ timeout: 60_000 });

  const rows = await chat.rows();
  expect(rows.filter(words => words.startsWith('Ran npm test'))).toHaveLength(2);
  expect(rows.filter(words => words.startsWith('Edited'))).toHaveLength(1);
  expect(await chat.frame.getByRole('article', { name: 'Your message' }).count()).toBe(1);
  expect(await chat.finished.count()).toBe(1);
});

test('the finished session is there, complete, after another reload', async () => {
  const { chat, reload } = window();
  const before = await chat.rows();
  await reload();
  await chat.open();
  await chat.finished.waitFor();
  expect(await chat.rows()).toEqual(before);
  expect(await chat.approval.count()).toBe(0);
});

test('on the disk the tests pass, and only the source was changed', async () => {
  const { folder } = window();
  expect(await runTests(folder)).toBe('pass');
  const { stdout } = await run('git', ['status', '--porcelain'], { cwd: folder });
  expect(stdout.trim()).toMatch(/^M src\/\w+\.js$/);
});
