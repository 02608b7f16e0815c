/**
 * What a model does that the scripted tasks do not: it wants several things at once, and it goes on trying in plan mode.
 * In a real window, with pictures in three themes for whoever wants to look: ASCENT_PICTURES=FOLDER.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  act,
  answer,
  editFile,
  readFile,
  runCommand,
  type Scenario,
  writeFile,
} from '../../src/standin/script.ts';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { openWindow, type Window } from '../ui/harness/window.ts';

/** Two edits of one file, a new file and a command, in one reply. */
const several = [
  editFile({
    path: 'src/money.js',
    edits: [
      {
        old_text: 'return Array.from({ length: ways }, () => share);',
        new_text:
          'const rest = cents - share * ways;\n  return Array.from({ length: ways }, (_, i) => (i < rest ? share + 1 : share));',
      },
    ],
  }),
  writeFile({ path: 'NOTES.md', content: '# Notes\n\nThe first shares get the cents that are left over.\n' }),
  runCommand({ command: 'npm test' }),
];
/** Writes in every way that comes to mind. */
const stubborn = [
  writeFile({ path: 'NOTES.md', content: 'written\n' }),
  editFile({
    path: 'src/money.js',
    edits: [{ old_text: 'Math.round(cents * rate)', new_text: 'Math.trunc(cents * rate)' }],
  }),
  ...[
    'echo x > NOTES.md',
    "sed -i 's/round/trunc/' src/money.js",
    "node -e \"require('fs').writeFileSync('NOTES.md', '')\"",
  ].map(command => runCommand({ command })),
  runCommand({ command: 'git status --short' }),
];

const scenario: Scenario = {
  name: 'asking',
  about: 'wants several things at once',
  matches: () => true,
  next({ task, done }) {
    if (done.length === 0) return act('I read the file first.', readFile({ path: 'src/money.js' }));
    if (done.length === 1) return act('Then all of it at once.', ...(/plan/.test(task) ? stubborn : several));
    const failed = done.filter(({ result = '' }) => /Not allowed|did not allow/.test(result)).length;
    return answer('That is all.', `${failed} of ${done.length - 1} were refused.`);
  },
};

let server: StandinServer;
let window: Window;
beforeAll(async () => {
  server = await serveStandin(createStandin({ tokensPerSecond: 0, scenario }), 0);
  window = await openWindow({
    settings: { 'ascent.backend.baseUrl': server.url },
    size: { width: 1280, height: 900 },
  });
});
afterAll(async () => {
  await window?.close();
  await server?.close();
});

const inFolder = (name: string) => path.join(window.folder, name);

async function pictures(name: string): Promise<void> {
  const folder = process.env.ASCENT_PICTURES;
  if (!folder) return;
  const { page, chat, workbench } = window;
  for (const [theme, kind] of [
    ['Light Modern', 'vscode-light'],
    ['Dark High Contrast', 'vscode-high-contrast'],
    ['Dark Modern', 'vscode-dark'],
  ]) {
    await workbench.palette('Preferences: Color Theme');
    await page.getByPlaceholder('Select Color Theme').fill(theme!);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: theme! }).first().click();
    await chat.frame.locator(`body.${kind}`).waitFor();
    await page.screenshot({ path: path.join(folder, `${name}-${kind}.png`) });
  }
}

test('several calls of one reply ask in one card: one is denied, the others are allowed, in their order', async () => {
  const { chat } = window;
  const before = readFileSync(inFolder('src/money.js'), 'utf8');
  await chat.open();
  await chat.send('share the cents that are left over');
  const card = chat.frame.getByRole('region', { name: 'Approval: 3 calls' });
  await card.waitFor({ timeout: 60_000 });
  expect(await card.getByRole('listitem', { name: /^\d: / }).count()).toBe(3);
  await pictures('several');
  // Nothing of it has happened while it stands there.
  expect(existsSync(inFolder('NOTES.md'))).toBe(false);
  expect(readFileSync(inFolder('src/money.js'), 'utf8')).toBe(before);

  // The card takes no answer in its first half second; what was answered is gone from it.
  const press = async (calls: number, name: string) => {
    const button = chat.frame
      .getByRole('region', { name: `Approval: ${calls} calls` })
      .getByRole('button', { name, exact: true });
    await button.waitFor();
    const click = async () => {
      await button.click({ timeout: 500 }).catch(() => {});
      return (await button.count()) === 0 || (await button.isDisabled({ timeout: 500 }).catch(() => true));
    };
    await expect.poll(click, { timeout: 30_000 }).toBe(true);
  };
  await press(3, 'Deny 2');
  await pictures('several-one-denied');
  // Two cards do not fit: all at once is offered only after the end was in view.
  const rest = chat.button('Show the rest');
  const readOn = async () => {
    await rest.click({ force: true, timeout: 500 }).catch(() => {});
    return rest.count();
  };
  await rest.waitFor();
  expect(await chat.button('Allow all once').count()).toBe(0);
  await expect.poll(readOn, { timeout: 10_000 }).toBe(0);
  await press(2, 'Allow all once');
  await chat.finished.waitFor({ timeout: 60_000 });
  await chat.transcript.getByText('1 of 3 were refused.').waitFor();
  expect(existsSync(inFolder('NOTES.md'))).toBe(false);
  expect(readFileSync(inFolder('src/money.js'), 'utf8')).toContain('const rest');
  expect((await chat.rows()).filter(words => /^(?:Edited|Ran|Created)/.test(words))).toHaveLength(2);
  await pictures('several-done');
});

test('in plan mode whatever it tries is refused, and nobody is asked', async () => {
  const { chat } = window;
  await chat.button('New session').click();
  await chat.button(/^Approval mode:/).click();
  await chat.frame.getByRole('menuitemradio', { name: /^Plan/ }).click();
  await chat.button('Approval mode: Plan').waitFor();
  writeFileSync(inFolder('mine.txt'), 'mine\n');
  const before = readFileSync(inFolder('src/money.js'), 'utf8');
  await chat.send('plan how to round');
  await chat.finished.waitFor({ timeout: 60_000 });
  expect(await chat.approval.count()).toBe(0);
  await chat.transcript.getByText('5 of 6 were refused.').waitFor();
  expect(existsSync(inFolder('NOTES.md'))).toBe(false);
  expect(readFileSync(inFolder('src/money.js'), 'utf8')).toBe(before);
  expect(await chat.row('Ran git status --short').count()).toBe(1);
  await pictures('plan');
  await chat.button('Start implementing').waitFor();
});
